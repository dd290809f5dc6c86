import Basics
import CellGrid
import OnCallModel
import ViewState

/// A graph or a trace as rails and layers draw it.
enum ForensicShape {
    static func shape(_ view: ForensicsView) -> GraphShape {
        switch view.subject {
        case .graph(let graph): shape(graph, view.rows)
        case .trace(let tree, _): shape(tree, view.rows)
        case .none: GraphShape(nodes: [], edges: [])
        }
    }

    private static func shape(_ graph: CausalGraph, _ rows: ForensicRows) -> GraphShape {
        let culprits = Set(graph.edges.filter { $0.kind == .caused }.map(\.from))
        let suspects = Set(graph.edges.filter { $0.kind == .suspected }.map(\.from))
        let onset = graph.nodes.first { $0.kind == .finding }?.at ?? graph.nodes.first?.at ?? Instant(milliseconds: 0)
        let nodes = graph.nodes.map { node in
            let isCulprit = culprits.contains(node.id) && node.kind == .commit
            let (mark, role): (String, Role) =
                isCulprit
                ? ("!", .critical)
                : node.isTrouble
                    ? ("✗", .bad) : suspects.contains(node.id) ? ("?", .warn) : ("·", Self.role(of: node.kind))
            // An early node is drawn at the edge of the axis, so that the others can be told apart.
            let start = max(node.at, onset - .hours(6))
            return GraphNode(
                id: node.id, label: label(of: node), mark: mark, role: role,
                start: start.milliseconds, end: node.end.map { max($0, start).milliseconds } ?? start.milliseconds,
                figure: figure(of: node, onset: onset), isPinned: isCulprit || node.isTrouble)
        }
        return GraphShape(nodes: nodes.ordered(rows.ids), edges: rows.edges.map(edge))
    }

    /// With its kind, unless the label names it.
    private static func label(of node: CausalGraph.Node) -> String {
        switch node.kind {
        case .incident, .finding, .commit, .error, .trace, .message: node.label
        case .deploy, .release, .monitor, .page, .prompt: "\(node.kind.rawValue) \(node.label)"
        }
    }

    private static func edge(_ edge: ForensicRows.Edge) -> GraphEdge {
        let role: Role =
            switch edge.kind {
            case .caused: .bad
            case .suspected: .warn
            case .contains, .sharedKey, .called, .reported, nil: .border
            case .preceded: .dim
            }
        return GraphEdge(from: edge.from, to: edge.to, role: role)
    }

    private static func role(of kind: CausalGraph.Node.Kind) -> Role {
        switch kind {
        case .incident, .finding, .error: .bad
        case .commit, .deploy, .release, .prompt: .accent
        case .trace: .info
        case .message, .monitor, .page: .dim
        }
    }

    /// `+12 min`, `-2 h`; a trace has its cost.
    private static func figure(of node: CausalGraph.Node, onset: Instant) -> String {
        if let cost = node.cost { return Format.dollars(cost) }
        let distance = node.at - onset
        if abs(distance.seconds) < 30 { return "0" }
        return distance.seconds < 0
            ? "-\(Format.age(onset - node.at))" : "+\(Format.age(distance))"
    }

    private static func shape(_ tree: TraceTree, _ rows: ForensicRows) -> GraphShape {
        let end = max(tree.end ?? tree.asOf, tree.steps.last?.start ?? tree.asOf)
        let nodes = tree.steps.map { step in
            let (mark, role): (String, Role) =
                step.isError
                ? ("✗", .bad)
                : step.level == "WARNING" ? ("!", .warn) : step.end == nil ? ("▸", .info) : ("✓", .good)
            let name = step.name.isEmpty ? step.type.lowercased() : step.name
            return GraphNode(
                id: step.id, label: name, mark: mark, role: role, start: step.start.milliseconds,
                end: (step.end ?? end).milliseconds, figure: step.cost > 0 ? Format.dollars(step.cost) : "",
                isPinned: step.isError)
        }
        return GraphShape(nodes: nodes, edges: rows.edges.map { GraphEdge(from: $0.from, to: $0.to, role: .border) })
    }
}

extension [GraphNode] {
    /// In the order of the ids.
    fileprivate func ordered(_ ids: [String]) -> [GraphNode] {
        let byID = Dictionary(map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return ids.compactMap { byID[$0] }
    }
}
