import CellGrid
import TestSupport
import Testing

@testable import Panes

@Suite("Overview")
struct OverviewTests {
    static let unlimited = OverviewLimits(nodes: 1000, crossings: 10_000, maxNodes: 1000, maxCrossings: 10_000)

    @Test(
        "the lines from a step lead to its effects and to nothing else", arguments: 0..<40, [0, 4000])
    func traceable(seed: Int, width: Int) throws {
        let count = [2, 4, 8, 14, 20][seed % 5]
        let shape = GraphFixtures.random(seed: UInt64(seed), nodes: count, edges: count * (1 + seed % 3) * 2 / 3)
        let bare = GraphShape(
            nodes: shape.nodes.map { GraphNode(id: $0.id, label: $0.label) },
            edges: shape.pairs.sorted { $0.joined() < $1.joined() }.map { GraphEdge(from: $0[0], to: $0[1]) })
        let drawing = try OverviewDrawing(bare, width: width, limits: Self.unlimited)
        #expect(drawing.isRight == (width > 0))
        var grid = Grid(width: drawing.width + 2, height: drawing.height + 1)
        drawing.draw(from: (0, 0), selected: nil, in: grid.bounds, on: &grid)
        let walk = OverviewWalk(grid, isRight: drawing.isRight)
        for node in bare.nodes {
            let effects = Set(bare.pairs.filter { $0[0] == node.id }.map { $0[1] })
            #expect(walk.reached(from: node.id) == effects, "seed \(seed): from \(node.id)\n\(walk)")
        }
    }

    @Test("no more crossings than the reference: 2 of 21 edges, 13 of 64, none of a tree")
    func crossings() throws {
        for (shape, most) in [
            (GraphFixtures.investigation, 2), (GraphFixtures.wide, 13), (GraphFixtures.tree, 0),
            (GraphFixtures.chain, 0),
        ] {
            #expect(try OverviewDrawing(shape, width: 80, limits: Self.unlimited).layers.graph.crossings <= most)
        }
    }

    @Test("to the right where it fits, else down")
    func orientation() throws {
        let wide = try OverviewDrawing(GraphFixtures.investigation, width: 160)
        let narrow = try OverviewDrawing(GraphFixtures.investigation, width: 76)
        #expect(wide.isRight && wide.width <= 160)
        #expect(!narrow.isRight && narrow.width <= 76)
    }

    @Test("a failed step is drawn by itself, and every step is drawn somewhere", arguments: 0..<12)
    func folding(seed: Int) throws {
        let count = 30 + seed * 25
        let shape = GraphFixtures.random(seed: UInt64(seed), nodes: count, edges: count * 5 / 4, pinned: 40 + seed * 2)
        let drawing = try OverviewDrawing(shape, width: 120)
        let groups = drawing.groups(of: shape)
        let pinned = shape.nodes.filter(\.isPinned).map(\.id)
        #expect(pinned.allSatisfy { groups.contains([$0]) })
        #expect(groups.joined().sorted() == shape.nodes.map(\.id).sorted())
        #expect(groups.count <= max(60, 2 * pinned.count + 2) && drawing.layers.graph.crossings <= 60)
    }

    @Test("a chain is folded to its count")
    func chain() throws {
        let nodes = (0..<100).map { GraphNode(id: "n\($0)", label: "n\($0)", isPinned: $0 == 50) }
        let edges = (1..<100).map { GraphEdge(from: "n\($0 - 1)", to: "n\($0)") }
        let folded = try OverviewDrawing(GraphShape(nodes: nodes, edges: edges), width: 200)
        var grid = Grid(width: 200, height: 1)
        folded.draw(from: (0, 0), selected: "n70", in: grid.bounds, on: &grid)
        let line = String(grid.row(0).map(\.text).joined())
        #expect(line.hasPrefix(" n0 ── + 49 steps ── n50 ──[+ 48 steps]── n99 "))
    }

    @Test("a graph that cannot be folded enough is refused in a sentence")
    func refusal() {
        let nodes = (0..<500).map { GraphNode(id: "n\($0)", label: "n\($0)", isPinned: true) }
        let shape = GraphShape(nodes: nodes, edges: [])
        let refusal = #expect(throws: OverviewRefusal.self) { try OverviewDrawing(shape, width: 80) }
        #expect(refusal?.description.hasPrefix("Too large for the overview: 500 steps") == true)
    }

    @Test("nothing is drawn outside the area, whatever the names", arguments: 1..<40)
    func hostile(width: Int) throws {
        let names = GraphHostility.names
        let nodes = names.map { GraphNode(id: $0, label: $0, start: 0) }
        let edges = names.indices.dropLast().map { GraphEdge(from: names[$0], to: names[($0 * 3 + 1) % names.count]) }
        let drawing = try OverviewDrawing(GraphShape(nodes: nodes, edges: edges), width: width)
        for origin in [(0, 0), (5, 1), (-3, -2), (1000, 1000), (drawing.width / 2, drawing.height / 2)] {
            GraphHostility.check(Rect(x: 3, y: 2, width: width, height: 7)) { grid in
                drawing.draw(
                    from: origin, selected: names[3], in: Rect(x: 3, y: 2, width: width, height: 7), on: &grid)
            }
        }
    }

    @Test("the window follows the selection and stays within the picture")
    func panning() throws {
        let shape = GraphFixtures.wide
        let drawing = try OverviewDrawing(shape, width: 40)
        let size = Rect(x: 0, y: 0, width: 40, height: 10)
        var origin = (x: 0, y: 0)
        let ids = drawing.groups(of: shape).filter { $0.count == 1 }.joined()
        for id in Array(ids) + ids.reversed() {
            origin = drawing.origin(showing: id, in: size, from: origin)
            #expect(origin.x >= 0 && origin.y >= 0 && origin.x + 40 <= drawing.width && origin.y + 10 <= drawing.height)
            var grid = Grid(width: 40, height: 10)
            drawing.draw(from: origin, selected: id, in: grid.bounds, on: &grid)
            let selected = grid.cells.filter { $0.role == .selection }.map(\.text).joined()
            #expect(selected.hasPrefix("[") && selected.hasSuffix("]") && selected.contains(id))
        }
    }
}

/// Follows the lines of a picture away from its nodes, by its glyphs alone.
struct OverviewWalk: CustomStringConvertible {
    private let cells: [[Character]]
    private let isRight: Bool

    init(_ grid: Grid, isRight: Bool) {
        cells = (0..<grid.height).map { y in grid.row(y).map { $0.text.first ?? " " } }
        self.isRight = isRight
    }

    var description: String { cells.map { String($0) }.joined(separator: "\n") }

    private struct Place: Hashable {
        var x: Int
        var y: Int
        var dx: Int
        var dy: Int
    }

    func reached(from name: String) -> Set<String> {
        var open: [Place] = []
        var seen: Set<Place> = []
        for y in cells.indices {
            for x in cells[y].indices where word(x, y) == name {
                if isRight, word(x + 1, y) == nil { open.append(Place(x: x + 2, y: y, dx: 1, dy: 0)) }
                if !isRight { open.append(Place(x: x, y: y + 1, dx: 0, dy: 1)) }
                // The line may start below the blank on either side.
                if !isRight, word(x - 1, y) == nil { open.append(Place(x: x - 1, y: y + 1, dx: 0, dy: 1)) }
            }
        }
        var found: Set<String> = []
        while let place = open.popLast() {
            guard cells.indices.contains(place.y), cells[place.y].indices.contains(place.x) else { continue }
            if let word = word(place.x, place.y) ?? (isRight ? word(place.x + 1, place.y) : nil),
                cells[place.y][place.x] == " " || word.contains(cells[place.y][place.x])
            {
                if word != name { found.insert(word) }
                continue
            }
            for next in steps(from: place) where seen.insert(next).inserted {
                open.append(Place(x: next.x + next.dx, y: next.y + next.dy, dx: next.dx, dy: next.dy))
            }
        }
        return found
    }

    /// The next steps from a cell: straight over a crossing, else along its arms, but never back to the previous layer.
    private func steps(from place: Place) -> [Place] {
        let glyph = cells[place.y][place.x]
        func arm(_ glyphs: String, _ dx: Int, _ dy: Int) -> Place? {
            let isBack = (dx, dy) == (-place.dx, -place.dy) || (isRight ? dx < 0 : dy < 0)
            return glyphs.contains(glyph) && !isBack ? Place(x: place.x, y: place.y, dx: dx, dy: dy) : nil
        }
        if glyph == "│", place.dx != 0 { return [Place(x: place.x, y: place.y, dx: place.dx, dy: 0)] }
        // A cell is entered only through an arm.
        let entries =
            [(0, 1): "│├┤┼┴╰╯", (0, -1): "│├┤┼┬╭╮", (1, 0): "─┤┼┬┴╮╯", (-1, 0): "─├┼┬┴╭╰"]
            as KeyValuePairs<(Int, Int), String>
        guard entries.contains(where: { $0.key == (place.dx, place.dy) && $0.value.contains(glyph) }) else { return [] }
        return [
            arm("│├┤┼┴╰╯", 0, -1), arm("│├┤┼┬╭╮", 0, 1), arm("─┤┼┬┴╮╯", -1, 0), arm("─├┼┬┴╭╰", 1, 0),
        ].compactMap { $0 }
    }

    /// The name that covers a cell.
    private func word(_ x: Int, _ y: Int) -> String? {
        func isPart(_ x: Int) -> Bool {
            cells[y].indices.contains(x) && cells[y][x].isASCII && (cells[y][x].isLetter || cells[y][x].isNumber)
        }
        guard isPart(x) else { return nil }
        var (low, high) = (x, x)
        while isPart(low - 1) { low -= 1 }
        while isPart(high + 1) { high += 1 }
        return String(cells[y][low...high])
    }
}
