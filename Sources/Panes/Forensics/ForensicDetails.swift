import Basics
import CellGrid
import OnCallModel
import ViewState

/// The details of the selected node of a graph, or of the selected step of a trace.
extension TextBlock {
    mutating func add(selected id: String, of view: ForensicsView) {
        switch view.subject {
        case .graph(let graph):
            if let node = graph.nodes.first(where: { $0.id == id }) { add(node, in: graph, view.now) }
        case .trace(let tree, _):
            if let place = tree.steps.firstIndex(where: { $0.id == id }) { add(stepAt: place, in: tree) }
        case .none: break
        }
    }

    private mutating func add(_ node: CausalGraph.Node, in graph: CausalGraph, _ now: Instant) {
        add(
            node.kind == .incident ? node.label : "\(node.kind.rawValue) \(node.label)",
            node.isFailure ? .bad : .title)
        var facts = Format.time(node.at, now)
        if let end = node.end, end != node.at { facts += " to \(Format.time(end, now))" }
        if let cost = node.cost { facts += "  \(Format.dollars(cost))" }
        add(facts, .dim)
        let nodes = Dictionary(graph.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func name(_ id: String) -> String {
            nodes[id].map { "\($0.kind.rawValue) \($0.label.prefix(60))" } ?? id
        }
        let kinds = CausalGraph.Edge.Kind.allCases
        let edges = graph.edges.filter { $0.from == node.id || $0.to == node.id }.sorted { left, right in
            (kinds.firstIndex(of: left.kind) ?? 0) < (kinds.firstIndex(of: right.kind) ?? 0)
        }
        for edge in edges {
            let isOut = edge.from == node.id
            bullet(
                isOut ? "\(edge.kind.phrase) \(name(edge.to))" : "\(edge.kind.passive) \(name(edge.from))",
                edge.kind.role)
            indented(edge.reason)
        }
        if !node.url.isEmpty { add(node.url, .dim) }
        graph.gaps.forEach { add($0, .warn) }
    }

    private mutating func add(stepAt place: Int, in tree: TraceTree) {
        let step = tree.steps[place]
        add("\(step.type) \(step.name)\(step.isError ? "  failed" : "")", step.isError ? .bad : .title)
        if !step.message.isEmpty { add(step.message, step.isError ? .bad : .warn) }
        let clock = String(step.start.iso8601.dropFirst(11).prefix(12))
        let length = step.end.map { Format.decimal(($0 - step.start).seconds, digits: 2) + " s" } ?? "still running"
        var facts = "\(clock)  \(length)"
        if !step.model.isEmpty { facts += "  \(step.model)" }
        if step.tokens > 0 { facts += "  \(Format.grouped(step.tokens)) tokens" }
        add(facts, .dim)
        let (sum, calls) = (tree.sums[place], tree.steps.count { $0.parent == step.id })
        let own = "\(Format.dollars(step.cost)) itself"
        add(calls == 0 ? own : "\(own), \(Format.dollars(sum)) including its \(calls) calls", .money)
        if let parent = step.parent.flatMap({ id in tree.steps.first { $0.id == id } }) {
            add("called by \(parent.type) \(parent.name)", .dim)
        }
        tree.gaps.forEach { add($0, .warn) }
    }
}

extension CausalGraph.Edge.Kind {
    /// The phrase from the other node's side.
    fileprivate var passive: String {
        switch self {
        case .caused: "caused by"
        case .suspected: "may be caused by"
        case .contains: "is in"
        case .sharedKey: "shares a key with"
        case .called: "called by"
        case .reported: "reported by"
        case .preceded: "came after"
        }
    }

    fileprivate var role: Role {
        switch self {
        case .caused: .bad
        case .suspected: .warn
        case .contains, .sharedKey, .called, .reported: .text
        case .preceded: .dim
        }
    }
}
