import CellGrid
import Panes
import TestSupport
import Testing

@Suite("Graph shapes")
struct GraphShapeTests {
    private static func node(_ id: String, pinned: Bool = false) -> GraphNode {
        GraphNode(id: id, label: id, isPinned: pinned)
    }

    private static func edges(_ text: String) -> [GraphEdge] {
        text.split(separator: " ").map { pair in
            let ends = pair.split(separator: ">").map(String.init)
            return GraphEdge(from: ends[0], to: ends[1], label: String(pair))
        }
    }

    @Test("duplicates, loose edges and edges to itself are mended, and said")
    func mended() {
        let shape = GraphShape(
            nodes: [Self.node("a"), Self.node("b"), Self.node("b", pinned: true), Self.node("b")],
            edges: Self.edges("a>b a>b b>b gone>a b>gone none>nowhere"))
        #expect(shape.nodes.map(\.id) == ["a", "b"])
        #expect(shape.node("b")?.isPinned == true)
        #expect(shape.edges.map(\.label) == ["a>b"] && shape.looseEdges == 3)
        #expect(shape.causes(of: "b").map(\.from) == ["a"] && shape.effects(of: "b").isEmpty)
        #expect(Self.rows(shape) == ["●   ? a", "●   ↑ b"])
    }

    @Test("a cycle is cut where it closes, and the step says that it leads up")
    func cycles() {
        let nodes = ["a", "b", "c", "d"].map { Self.node($0) }
        let shape = GraphShape(nodes: nodes, edges: Self.edges("a>b b>c c>a c>d"))
        #expect(Self.rows(shape).map { $0.suffix(3) } == ["  a", "  b", "↑ c", "  d"])
        let pair = GraphShape(nodes: Array(nodes.prefix(2)), edges: Self.edges("a>b b>a"))
        #expect(Self.rows(pair) == ["●   a", "●   ↑ b"])
    }

    private static func rows(_ shape: GraphShape) -> [String] {
        let drawing = RailDrawing(shape)
        var grid = Grid(width: 20, height: drawing.rows.count)
        drawing.draw(rows: 0..<drawing.rows.count, selected: nil, in: grid.bounds, on: &grid)
        return (0..<grid.height).map { y in
            var text = grid.row(y).map(\.text).joined()
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    @Test("any graph is drawn or refused, and soon", arguments: 0..<11)
    func large(kind: Int) throws {
        var dice = Dice(seed: 7)
        let count = [0, 1, 5000, 5000, 5000, 5000, 1000, 5000, 80, 5000, 100][kind]
        let edges: [GraphEdge] = (0..<max(0, count - 1)).flatMap { node -> [GraphEdge] in
            func edge(_ from: Int, _ to: Int) -> GraphEdge { GraphEdge(from: "n\(from)", to: "n\(to)") }
            switch kind {
            case 2: return [edge(node, node + 1)]
            case 3: return [edge(0, node + 1)]
            case 4: return [edge(node, count - 1)]
            case 5: return [edge(dice.roll(node + 1), node + 1)]
            case 6: return [edge(dice.roll(count), dice.roll(count)), edge(dice.roll(count), dice.roll(count))]
            case 7: return [edge(node, node + 1), edge(node + 1, node)]
            case 8: return (node + 1..<count).map { edge(node, $0) }
            case 10: return (1...3).map { edge(node, min(count - 1, node + $0)) } + [edge(count - 1, node)]
            default: return []
            }
        }
        let nodes = (0..<count).map { GraphNode(id: "n\($0)", label: "n\($0)", isPinned: $0 % 700 == 3) }
        let shape = GraphShape(nodes: nodes, edges: edges)
        let rail = RailDrawing(shape)
        #expect(rail.rows.count == count)
        var grid = Grid(width: 80, height: 24)
        rail.draw(rows: count / 2..<count / 2 + 24, selected: rail.rows.last, in: grid.bounds, on: &grid)
        if let overview = try? OverviewDrawing(shape, width: 80) {
            #expect(overview.nodes.count <= 60 && (overview.nodes.isEmpty == (count == 0)))
            overview.draw(from: (0, 0), selected: rail.rows.first, in: grid.bounds, on: &grid)
        } else {
            #expect(kind == 6 || kind == 8 || kind == 10)
        }
    }

    @Test("the same shape is drawn the same")
    func determinism() throws {
        let one = GraphFixtures.random(seed: 3, nodes: 60, edges: 80)
        let other = GraphFixtures.random(seed: 3, nodes: 60, edges: 80)
        #expect(RailDrawing(one) == RailDrawing(other))
        func drawn(_ shape: GraphShape) throws -> Grid {
            let overview = try OverviewDrawing(shape, width: 90, limits: OverviewLimits(nodes: 90, crossings: 400))
            var grid = Grid(width: overview.width, height: overview.height)
            overview.draw(from: (0, 0), selected: overview.nodes.last, in: grid.bounds, on: &grid)
            return grid
        }
        #expect(try drawn(one) == drawn(other))
    }

    @Test("steps along rows, edges and failures in the list")
    func railSteps() {
        let drawing = RailDrawing(GraphFixtures.investigation)
        func step(_ step: GraphStep, _ id: String?) -> String? { drawing.id(after: step, from: id) }
        #expect(step(.next, nil) == "alert" && step(.nextFailed, nil) == "hyp_pool" && step(.next, "gone") == "alert")
        #expect(step(.next, "alert") == "triage" && step(.previous, "triage") == "alert")
        #expect(step(.previous, "alert") == nil && step(.next, "summary") == nil)
        #expect(step(.parent, "rank") == "hyp_deploy" && step(.child, "fetch_metrics") == "hyp_pool")
        #expect(step(.parent, "alert") == nil && step(.child, "summary") == nil)
        #expect(step(.nextFailed, "hyp_pool") == "fetch_config" && step(.nextFailed, "fetch_config") == "hyp_pool")
        #expect(step(.previousFailed, "alert") == "fetch_config" && step(.previousFailed, "fetch_config") == "hyp_pool")
        let healthy = RailDrawing(GraphShape(nodes: [Self.node("a")], edges: []))
        #expect(
            healthy.id(after: .nextFailed, from: "a") == nil
                && RailDrawing(GraphShape(nodes: [], edges: [])).id(after: .next, from: nil) == nil)
    }

    @Test("steps within layers, along edges and between failures in the overview")
    func overviewSteps() throws {
        let drawing = try OverviewDrawing(GraphFixtures.investigation, width: 80)
        func step(_ step: GraphStep, _ id: String?) -> String? { drawing.id(after: step, from: id) }
        #expect(step(.next, nil) == "alert" && step(.child, "alert") == "triage" && step(.parent, "triage") == "alert")
        let right = step(.next, "hyp_pool")
        #expect(right == "hyp_cache" && step(.previous, right) == "hyp_pool" && step(.previous, "alert") == nil)
        #expect(step(.nextFailed, "hyp_pool") == "fetch_config" && step(.previousFailed, "rank") == "hyp_pool")
        for id in drawing.nodes {
            if let child = step(.child, id) {
                #expect(GraphFixtures.investigation.causes(of: child).map(\.from).contains(id))
            }
        }
    }
}
