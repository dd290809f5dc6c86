import Basics
import CellGrid
import OnCallModel
import ViewState

/// What is known of the selected node of a graph or step of a trace, as lines of a given width.
enum ForensicDetails {
    typealias Line = (text: String, role: Role)

    static func lines(_ state: ConsoleState, width: Int) -> [Line] {
        guard let id = state.selectedNode else { return [] }
        if state.forensics.trace != nil {
            guard let tree = state.forensics.tree, let place = tree.steps.firstIndex(where: { $0.id == id }) else {
                return []
            }
            return lines(of: place, in: tree, width: width, now: state.now)
        }
        let graph = state.forensics.found?.graph ?? CausalGraph()
        guard let node = graph.nodes.first(where: { $0.id == id }) else { return [] }
        return lines(of: node, in: graph, width: width, now: state.now)
    }

    // MARK: a node

    private static func lines(of node: CausalGraph.Node, in graph: CausalGraph, width: Int, now: Instant) -> [Line] {
        var lines = IncidentReport.wrap(
            node.kind == .incident ? node.label : "\(node.kind.rawValue) \(node.label)", width: width,
            role: node.isTrouble ? .bad : .title)
        var facts = Format.time(node.at, now)
        if let end = node.end, end != node.at { facts += " to \(Format.time(end, now))" }
        if let cost = node.cost { facts += "  \(Format.dollars(cost))" }
        lines += IncidentReport.wrap(facts, width: width, role: .dim)
        let names = Dictionary(graph.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func name(_ id: String) -> String {
            names[id].map { "\($0.kind.rawValue) \($0.label.prefix(60))" } ?? id
        }
        let kinds = CausalGraph.Edge.Kind.allCases
        let edges = graph.edges.filter { $0.from == node.id || $0.to == node.id }.sorted { left, right in
            (kinds.firstIndex(of: left.kind) ?? 0) < (kinds.firstIndex(of: right.kind) ?? 0)
        }
        for edge in edges {
            let isOut = edge.from == node.id
            let text = isOut ? "\(edge.kind.phrase) \(name(edge.to))" : "\(edge.kind.passive) \(name(edge.from))"
            lines += item(text, edge.reason, edge.kind.role, width: width)
        }
        if !node.url.isEmpty { lines += IncidentReport.wrap(node.url, width: width, role: .dim) }
        return lines + graph.gaps.flatMap { IncidentReport.wrap($0, width: width, role: .warn) }
    }

    private static func item(_ text: String, _ reason: String, _ role: Role, width: Int) -> [Line] {
        let head = TextWidth.wrapped(ForeignText.inert(text), width: max(1, width - 2)).enumerated().map {
            index, line in ((index == 0 ? "• " : "  ") + line, role)
        }
        return head + TextWidth.wrapped(ForeignText.inert(reason), width: max(1, width - 4)).map { ("    " + $0, .dim) }
    }

    // MARK: a step

    private static func lines(of place: Int, in tree: TraceTree, width: Int, now: Instant) -> [Line] {
        let step = tree.steps[place]
        var lines = IncidentReport.wrap(
            "\(step.type) \(step.name)\(step.isError ? "  failed" : "")", width: width,
            role: step.isError ? .bad : .title)
        if !step.message.isEmpty {
            lines += IncidentReport.wrap(step.message, width: width, role: step.isError ? .bad : .warn)
        }
        let clock = String(step.start.iso8601.dropFirst(11).prefix(12))
        let length = step.end.map { Format.decimal(($0 - step.start).seconds, digits: 2) + " s" } ?? "still open"
        var facts = "\(clock)  \(length)"
        if !step.model.isEmpty { facts += "  \(step.model)" }
        if step.tokens > 0 { facts += "  \(Format.grouped(step.tokens)) tokens" }
        lines += IncidentReport.wrap(facts, width: width, role: .dim)
        let (sum, below) = (tree.sums[place], tree.steps.count { $0.parent == step.id })
        let own = "\(Format.dollars(step.cost)) itself"
        let whole = below == 0 ? own : "\(own), \(Format.dollars(sum)) with what is below it (\(below) called)"
        lines += IncidentReport.wrap(whole, width: width, role: .money)
        if let parent = step.parent.flatMap({ id in tree.steps.first { $0.id == id } }) {
            lines += IncidentReport.wrap("called by \(parent.type) \(parent.name)", width: width, role: .dim)
        }
        lines += tree.gaps.flatMap { IncidentReport.wrap($0, width: width, role: .warn) }
        return lines
    }
}

extension CausalGraph.Edge.Kind {
    /// The same from the other node's side.
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
