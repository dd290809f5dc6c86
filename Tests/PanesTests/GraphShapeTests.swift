import Basics
import CellGrid
import TestSupport
import Testing

@testable import Panes

@Suite("Graph shapes")
struct GraphShapeTests {
    @Test("an edge that repeats another, leads up, or has an unknown end is not drawn")
    func edges() {
        let nodes = ["a", "b", "b"].map { GraphNode(id: $0, label: $0) }
        let edges = ["ab", "ab", "bb", "ba", "?a", "b?"].map { pair in
            GraphEdge(from: String(pair.prefix(1)), to: String(pair.suffix(1)))
        }
        let shape = GraphShape(nodes: nodes, edges: edges)
        #expect(shape.pairs == [["a", "b"]] && shape.outs.joined().count == 1)
    }

    @Test("any graph is drawn or refused", arguments: 0..<11)
    func large(kind: Int) throws {
        var random = SeededRandom(7)
        let count = [0, 1, 400, 400, 400, 400, 300, 400, 40, 400, 100][kind]
        let edges: [GraphEdge] = (0..<max(0, count - 1)).flatMap { node -> [GraphEdge] in
            func edge(_ from: Int, _ to: Int) -> GraphEdge { GraphEdge(from: "n\(from)", to: "n\(to)") }
            switch kind {
            case 2: return [edge(node, node + 1)]
            case 3: return [edge(0, node + 1)]
            case 4: return [edge(node, count - 1)]
            case 5: return [edge(random.below(node + 1), node + 1)]
            case 6:
                return [edge(random.below(count), random.below(count)), edge(random.below(count), random.below(count))]
            case 7: return [edge(node, node + 1), edge(node + 1, node)]
            case 8: return (node + 1..<count).map { edge(node, $0) }
            case 10: return (1...3).map { edge(node, min(count - 1, node + $0)) } + [edge(count - 1, node)]
            default: return []
            }
        }
        let nodes = (0..<count).map { GraphNode(id: "n\($0)", label: "n\($0)", isPinned: $0 % 70 == 3) }
        let shape = GraphShape(nodes: nodes, edges: edges)
        let rail = RailDrawing(shape)
        var grid = Grid(width: 80, height: 24)
        rail.draw(rows: count / 2..<count / 2 + 24, selected: nodes.last?.id, in: grid.bounds, on: &grid)
        if let overview = try? OverviewDrawing(shape, width: 80) {
            #expect(overview.layers.fold.count <= 60 && (overview.layers.fold.count == 0) == (count == 0))
            overview.draw(from: (0, 0), selected: nodes.first?.id, in: grid.bounds, on: &grid)
        } else {
            #expect(kind == 6 || kind == 8 || kind == 10)
        }
    }

    @Test("the same shape is drawn the same")
    func determinism() throws {
        func drawn() throws -> [Grid] {
            let shape = GraphFixtures.random(seed: 3, nodes: 60, edges: 80)
            let overview = try OverviewDrawing(shape, width: 90, limits: OverviewTests.unlimited)
            var pictures = [Grid(width: overview.width, height: overview.height), Grid(width: 90, height: 60)]
            overview.draw(from: (0, 0), selected: "n9", in: pictures[0].bounds, on: &pictures[0])
            RailDrawing(shape).draw(rows: 0..<60, selected: "n9", in: pictures[1].bounds, on: &pictures[1])
            return pictures
        }
        #expect(try drawn() == drawn())
    }
}
