import Basics
import CellGrid
import DetectorWorld

@testable import Panes

/// Graphs of up to 5 000 nodes: each is drawn as a list, and drawn or refused as an overview, within a second.
enum GraphTrials {
    private enum Kind: CaseIterable { case chain, star, funnel, tree, random, pairs, loose, dense, ladder }

    static func run() -> [Measurement] {
        Kind.allCases.map { kind in
            let count = kind == .random ? 1000 : kind == .dense ? 80 : 5000
            let time = ContinuousClock().measure { draw(kind, count) }
            let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
            return Measurement("graph, \(kind) of \(count) nodes: seconds to draw", runs: 1, seconds, .atMost(1))
        }
    }

    private static func draw(_ kind: Kind, _ count: Int) {
        let nodes = (0..<count).map { GraphNode(id: "n\($0)", label: "n\($0)", isPinned: $0 % 700 == 3) }
        let shape = GraphShape(nodes: nodes, edges: edges(kind, count))
        let rail = RailDrawing(shape)
        var grid = Grid(width: 80, height: 24)
        rail.draw(rows: count / 2..<count / 2 + 24, selected: nodes.last?.id, in: grid.bounds, on: &grid)
        if let overview = try? OverviewDrawing(shape, width: 80) {
            overview.draw(from: (0, 0), selected: nodes.first?.id, in: grid.bounds, on: &grid)
        }
    }

    private static func edges(_ kind: Kind, _ count: Int) -> [GraphEdge] {
        var random = SeededRandom(7)
        func edge(_ from: Int, _ to: Int) -> GraphEdge { GraphEdge(from: "n\(from)", to: "n\(to)") }
        func any() -> Int { random.below(count) }
        return (0..<count - 1).flatMap { node -> [GraphEdge] in
            switch kind {
            case .chain: [edge(node, node + 1)]
            case .star: [edge(0, node + 1)]
            case .funnel: [edge(node, count - 1)]
            case .tree: [edge(random.below(node + 1), node + 1)]
            case .random: [edge(any(), any()), edge(any(), any())]
            case .pairs: [edge(node, node + 1), edge(node + 1, node)]
            case .loose: []
            case .dense: (node + 1..<count).map { edge(node, $0) }
            case .ladder: (1...3).map { edge(node, min(count - 1, node + $0)) }
            }
        }
    }
}
