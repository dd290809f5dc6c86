package import OnCallModel

/// The rows of a graph or a trace, in the order in which they are drawn, and their edges.
///
/// A graph is listed by time, and every edge leads from the earlier to the later. A trace is listed branch by branch.
package struct ForensicRows: Hashable, Sendable {
    package let ids: [String]
    /// From an earlier row to a later one.
    package let edges: [Edge]
    /// The rows that failed or that are the cause.
    package let failed: Set<String>
    private let places: [String: Int]

    package struct Edge: Hashable, Sendable {
        package let from: String
        package let to: String
        package let kind: CausalGraph.Edge.Kind?
    }

    package static let none = ForensicRows([], [], failed: [])

    private init(_ ids: [String], _ edges: [Edge], failed: Set<String>) {
        (self.ids, self.edges, self.failed) = (ids, edges, failed)
        places = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package init(_ graph: CausalGraph) {
        let nodes = graph.nodes.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        let places = Dictionary(nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let edges = graph.edges.compactMap { edge -> Edge? in
            guard let from = places[edge.from], let to = places[edge.to], from != to else { return nil }
            return from < to
                ? Edge(from: edge.from, to: edge.to, kind: edge.kind)
                : Edge(from: edge.to, to: edge.from, kind: edge.kind)
        }
        let causes = graph.edges.filter { $0.kind == .caused }.map(\.from)
        self.init(nodes.map(\.id), edges, failed: Set(nodes.filter(\.isFailure).map(\.id) + causes))
    }

    package init(_ tree: TraceTree) {
        let places = Dictionary(tree.steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var children: [Int: [Int]] = [:]
        var open: [Int] = []
        for (place, step) in tree.steps.enumerated() {
            if let parent = step.parent.flatMap({ places[$0] }) {
                children[parent, default: []].append(place)
            } else {
                open.append(place)
            }
        }
        open.reverse()
        var ids: [String] = []
        while let place = open.popLast() {
            ids.append(tree.steps[place].id)
            open += (children[place] ?? []).reversed()
        }
        let edges = tree.steps.compactMap { step in step.parent.map { Edge(from: $0, to: step.id, kind: nil) } }
        self.init(ids, edges, failed: Set(tree.steps.filter(\.isError).map(\.id)))
    }

    package func position(of id: String?) -> Int { id.flatMap { places[$0] } ?? 0 }

    /// The nearest row above that has an edge to it.
    func parent(of id: String) -> String? {
        edges.filter { $0.to == id }.map(\.from).max { position(of: $0) < position(of: $1) }
    }

    /// The nearest row below that it has an edge to.
    func child(of id: String) -> String? {
        edges.filter { $0.from == id }.map(\.to).min { position(of: $0) < position(of: $1) }
    }

    /// Wraps around at the end.
    func failed(after id: String?, step: Int) -> String? {
        guard !ids.isEmpty, !failed.isEmpty else { return nil }
        var place = position(of: id)
        for _ in ids {
            place = (place + step + ids.count) % ids.count
            if failed.contains(ids[place]) { return ids[place] }
        }
        return nil
    }
}
