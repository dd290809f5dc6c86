import Basics
import CellGrid

/// A node of a graph: a step of a trace, an error, a commit.
struct GraphNode: Hashable, Sendable {
    var id: String
    /// Untrusted text.
    var label: String
    var mark: Character = " "
    /// Of the mark and of the bar.
    var role = Role.text
    /// Milliseconds on any common clock.
    var start: Int64 = 0
    var end: Int64 = 0
    /// Drawn right of the name: a cost, a duration.
    var figure = ""
    /// A failed or a causing node. It is never folded.
    var isPinned = false
}

/// From a cause to its effect, from a parent to its child.
struct GraphEdge: Hashable, Sendable {
    var from: String
    var to: String
    /// Of its line while nothing is selected.
    var role = Role.dim
}

/// A graph as ``RailDrawing`` and ``OverviewDrawing`` draw it: its nodes in the order of their rows, and its edges, each from
/// an earlier row to a later one.
struct GraphShape: Hashable, Sendable {
    struct Link: Hashable, Sendable {
        let from: Int
        let to: Int
        let role: Role
    }

    let nodes: [GraphNode]
    /// By row, the edges that leave it, by the row that they lead to.
    private(set) var outs: [[Link]]
    /// By row, the edges that lead to it.
    private(set) var ins: [[Link]]
    private let rows: [String: Int]

    /// Of several edges between the same two nodes, the first is drawn. Edges that lead up, or to an unknown node, are not.
    init(nodes: [GraphNode], edges: [GraphEdge]) {
        self.nodes = nodes
        rows = Dictionary(nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        outs = Array(repeating: [], count: nodes.count)
        ins = outs
        var known: Set<Int> = []
        for edge in edges {
            guard let from = rows[edge.from], let to = rows[edge.to], from < to,
                known.insert(from * nodes.count + to).inserted
            else { continue }
            let link = Link(from: from, to: to, role: edge.role)
            outs[from].append(link)
            ins[to].append(link)
        }
        for row in outs.indices { outs[row].sort { $0.to < $1.to } }
    }

    func row(of id: String?) -> Int? { id.flatMap { rows[$0] } }

    func children(of row: Int) -> [Int] { outs[row].map(\.to) }
    func parents(of row: Int) -> [Int] { ins[row].map(\.from) }

    func name(of row: Int) -> String { UntrustedText.forTerminal(nodes[row].label) }
}
