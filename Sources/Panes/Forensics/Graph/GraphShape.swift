// The drawings of a graph, for the Forensics pane. What a caller needs:
//
//     GraphShape(nodes:edges:)      any nodes and edges, mended: no duplicate, no loose edge
//     GraphStep                     what a key does to the selection: next, parent, child, next failed …
//     RailDrawing(shape)            one row per node: rails, mark, name, figure, waterfall
//       .rows                       the ids in the order of the rows
//       .draw(rows:selected:in:on:) a window of rows; .drawHeading(figure:in:on:) the line above it
//       .id(after:from:)            where a step leads
//     OverviewDrawing(shape, width:) layers joined by lines, folded until it can be read
//       .draw(from:selected:in:on:) a window; .origin(showing:in:from:) the window that holds a node
//       .shown(_:), .members(of:)   which drawn node stands for a node, and which nodes it stands for
//       .id(after:from:)            where a step leads
//
// All of it is a pure function of the shape. Build a drawing once for a shape (and width), then draw windows of it.
// ASCII is the terminal's business: every glyph used here has its place in `ForeignText.ascii`.

package import CellGrid

/// A step of a trace, an error, a commit: whatever a graph is drawn of.
package struct GraphNode: Hashable, Sendable {
    package var id: String
    package var label: String
    /// One column: `✓`, `✗`, `!`. What is longer is cut.
    package var mark: String
    /// Of the mark and of the bar.
    package var role: Role
    /// Milliseconds on any common clock; nil where it is not known.
    package var start: Int64?
    package var end: Int64?
    /// Stands right of the name: a cost, a duration.
    package var figure: String
    /// A failed or a causing node: never folded, and found by the steps to the next failed one.
    package var isPinned: Bool

    package init(
        id: String, label: String, mark: String = " ", role: Role = .text, start: Int64? = nil, end: Int64? = nil,
        figure: String = "", isPinned: Bool = false
    ) {
        (self.id, self.label, self.mark, self.role) = (id, label, mark, role)
        (self.start, self.end, self.figure, self.isPinned) = (start, end, figure, isPinned)
    }
}

/// From a cause to its effect, from a parent to its child.
package struct GraphEdge: Hashable, Sendable {
    package var from: String
    package var to: String
    /// Why the edge is there; not drawn.
    package var label: String
    /// Of its line while nothing is selected.
    package var role: Role

    package init(from: String, to: String, label: String = "", role: Role = .dim) {
        (self.from, self.to, self.label, self.role) = (from, to, label, role)
    }
}

/// A graph that can be drawn, whatever came in.
///
/// Of nodes with the same id the first is kept, or the first pinned one; of edges between the same two nodes the first.
/// Cycles are allowed: the edges that close one are laid out the other way round, and their node bears an arrow up.
package struct GraphShape: Hashable, Sendable {
    package let nodes: [GraphNode]
    /// Between two different known nodes.
    package let edges: [GraphEdge]
    /// How many edges were left out because no node has the id of one of their ends.
    package let looseEdges: Int

    let links: GraphLinks
    /// Nodes with an edge to themselves or back up to one that is drawn above them.
    let returning: Set<Int>
    /// Nodes whose parent is not among the nodes.
    let orphans: Set<Int>
    private let places: [String: Int]

    package init(nodes: [GraphNode], edges: [GraphEdge]) {
        var (places, kept): ([String: Int], [GraphNode]) = ([:], [])
        places.reserveCapacity(nodes.count)
        for node in nodes {
            if let place = places[node.id] {
                if node.isPinned, !kept[place].isPinned { kept[place] = node }
            } else {
                places[node.id] = kept.count
                kept.append(node)
            }
        }
        var (pairs, known, seen): ([(from: Int, to: Int)], [GraphEdge], Set<Int>) = ([], [], [])
        var (returning, orphans, loose): (Set<Int>, Set<Int>, Int) = ([], [], 0)
        for edge in edges {
            guard let from = places[edge.from], let to = places[edge.to] else {
                loose += 1
                if places[edge.from] == nil, let to = places[edge.to] { orphans.insert(to) }
                continue
            }
            if from == to {
                returning.insert(from)
            } else if seen.insert(from * kept.count + to).inserted {
                pairs.append((from, to))
                known.append(edge)
            }
        }
        let links = GraphLinks(pairs, rank: Self.timeRank(kept))
        for link in links.all where link.isReversed { returning.insert(link.to) }
        (self.nodes, self.edges, looseEdges, self.places) = (kept, known, loose, places)
        (self.links, self.orphans, self.returning) = (links, orphans, returning.union(links.dropped))
    }

    package func node(_ id: String) -> GraphNode? { places[id].map { nodes[$0] } }

    /// The edges that lead to a node, and those that leave it, as they were given.
    package func causes(of id: String) -> [GraphEdge] { edges.filter { $0.to == id } }
    package func effects(of id: String) -> [GraphEdge] { edges.filter { $0.from == id } }

    func place(of id: String?) -> Int? { id.flatMap { places[$0] } }

    /// What stands for a node on one line: inert, with a mark for an edge that leads up and for a parent not read.
    func name(of place: Int) -> String {
        let prefix = (orphans.contains(place) ? "?" : "") + (returning.contains(place) ? "↑" : "")
        return (prefix.isEmpty ? "" : prefix + " ") + ForeignText.inert(nodes[place].label)
    }

    /// By start, those without one last; of the same start as they were given.
    private static func timeRank(_ nodes: [GraphNode]) -> [Int] {
        let sorted = nodes.indices.sorted {
            (nodes[$0].start ?? .max, $0) < (nodes[$1].start ?? .max, $1)
        }
        var rank = Array(repeating: 0, count: nodes.count)
        for (place, node) in sorted.enumerated() { rank[node] = place }
        return rank
    }
}
