import Basics
import CellGrid
import OnCallModel
import ViewState

/// A graph or a trace as the list and the overview draw it.
enum ForensicShape {
    static func shape(_ view: ForensicsView) -> GraphShape {
        let nodes: [GraphNode] =
            switch view.subject {
            case .graph(let graph): nodes(of: graph)
            case .trace(let tree, _): nodes(of: tree)
            case .none: []
            }
        let byID = Dictionary(nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return GraphShape(
            nodes: view.rows.ids.compactMap { byID[$0] },
            edges: view.rows.edges.map { GraphEdge(from: $0.from, to: $0.to, role: role(of: $0.kind)) })
    }

    private static func nodes(of graph: CausalGraph) -> [GraphNode] {
        let culprits = Set(graph.edges.filter { $0.kind == .caused }.map(\.from))
        let suspects = Set(graph.edges.filter { $0.kind == .suspected }.map(\.from))
        let onset = graph.nodes.first { $0.kind == .finding }?.at ?? graph.nodes.first?.at ?? Instant(milliseconds: 0)
        return graph.nodes.map { node in
            let isCulprit = culprits.contains(node.id) && node.kind == .commit
            let (mark, role): (Character, Role) =
                isCulprit
                ? ("!", .critical)
                : node.isFailure
                    ? ("✗", .bad) : suspects.contains(node.id) ? ("?", .warn) : ("·", Self.role(of: node.kind))
            // An early node is drawn at the edge of the axis, so that the others can be told apart.
            let start = max(node.at, onset - .hours(6))
            return GraphNode(
                id: node.id, label: label(of: node), mark: mark, role: role, start: start.milliseconds,
                end: max(node.end ?? start, start).milliseconds, figure: figure(of: node, onset: onset),
                isPinned: isCulprit || node.isFailure)
        }
    }

    /// With its kind, unless the label names it.
    private static func label(of node: CausalGraph.Node) -> String {
        switch node.kind {
        case .incident, .finding, .commit, .error, .trace, .message: node.label
        case .deploy, .release, .monitor, .page, .prompt: "\(node.kind.rawValue) \(node.label)"
        }
    }

    private static func role(of kind: CausalGraph.Edge.Kind?) -> Role {
        switch kind {
        case .caused: .bad
        case .suspected: .warn
        case .contains, .sharedKey, .called, .reported, nil: .border
        case .preceded: .dim
        }
    }

    private static func role(of kind: CausalGraph.Node.Kind) -> Role {
        switch kind {
        case .incident, .finding, .error: .bad
        case .commit, .deploy, .release, .prompt: .accent
        case .trace: .info
        case .message, .monitor, .page: .dim
        }
    }

    /// `+12 min`, `-2 h` from the onset; a trace has its cost.
    private static func figure(of node: CausalGraph.Node, onset: Instant) -> String {
        if let cost = node.cost { return Format.dollars(cost) }
        let distance = node.at - onset
        if abs(distance.seconds) < 30 { return "0" }
        return distance.seconds < 0 ? "-\(Format.age(onset - node.at))" : "+\(Format.age(distance))"
    }

    private static func nodes(of tree: TraceTree) -> [GraphNode] {
        let end = max(tree.end ?? tree.asOf, tree.steps.last?.start ?? tree.asOf)
        return tree.steps.map { step in
            let (mark, role): (Character, Role) =
                step.isError
                ? ("✗", .bad)
                : step.level == "WARNING" ? ("!", .warn) : step.end == nil ? ("▸", .info) : ("✓", .good)
            return GraphNode(
                id: step.id, label: step.name.isEmpty ? step.type.lowercased() : step.name, mark: mark, role: role,
                start: step.start.milliseconds, end: (step.end ?? end).milliseconds,
                figure: step.cost > 0 ? Format.dollars(step.cost) : "", isPinned: step.isError)
        }
    }
}
