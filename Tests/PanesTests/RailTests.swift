import CellGrid
import TestSupport
import Testing

@testable import Panes

@Suite("Rails")
struct RailTests {
    /// With room for every rail.
    private static func picture(_ drawing: RailDrawing, width: Int = 220) -> [[Character]] {
        var grid = Grid(width: width, height: drawing.shape.nodes.count)
        drawing.draw(rows: 0..<drawing.shape.nodes.count, selected: nil, in: grid.bounds, on: &grid)
        return (0..<grid.height).map { y in grid.row(y).map { $0.text.first ?? " " } }
    }

    @Test("the rails show every edge and no other", arguments: 0..<60)
    func traceable(seed: Int) {
        let count = [1, 2, 5, 12, 20, 30][seed % 6]
        let shape =
            seed % 7 == 0
            ? GraphFixtures.tree
            : GraphFixtures.random(seed: UInt64(seed), nodes: count, edges: count * (seed % 4) * 2 / 3)
        let walk = RailWalk(Self.picture(RailDrawing(shape)))
        let found = Set(walk.edges.map { [shape.nodes[$0.from].id, shape.nodes[$0.to].id] })
        #expect(found == shape.pairs, "seed \(seed)")
    }

    @Test("steps without edges are one column")
    func loose() {
        let nodes = (0..<6).map { GraphNode(id: "n\($0)", label: "n\($0)") }
        let drawing = RailDrawing(GraphShape(nodes: nodes, edges: []))
        #expect(Self.picture(drawing).allSatisfy { $0.prefix(2) == ["○", " "] })
    }

    @Test("a window is the same rows as the whole list", arguments: [18, 36, 76])
    func scrolling(width: Int) {
        let drawing = RailDrawing(GraphFixtures.wide)
        var whole = Grid(width: width, height: 40)
        drawing.draw(rows: 0..<40, selected: "step_9", in: whole.bounds, on: &whole)
        for first in [0, 7, 31] {
            var window = Grid(width: width, height: 9)
            drawing.draw(rows: first..<first + 9, selected: "step_9", in: window.bounds, on: &window)
            for y in 0..<9 { #expect(window.row(y).elementsEqual(whole.row(first + y))) }
        }
    }

    @Test("a selection changes roles and its own glyph, and no other character")
    func selection() {
        let drawing = RailDrawing(GraphFixtures.investigation)
        func drawn(_ selected: String?) -> Grid {
            var grid = Grid(width: 76, height: 16)
            drawing.draw(rows: 0..<16, selected: selected, in: grid.bounds, on: &grid)
            return grid
        }
        let (plain, selected) = (drawn(nil), drawn("rank"))
        let changed = zip(plain.cells, selected.cells).filter { $0.text != $1.text }
        #expect(changed.map(\.1.text) == ["◉"])
        let ids = drawing.shape.nodes.map(\.id)
        let names = (0..<16).filter { selected[12, $0].role == .title }.map { ids[$0] }
        #expect(Set(names) == Set(ids).subtracting(["rank"]))
        #expect(drawn("no such step") == plain)
    }

    @Test("nothing is drawn outside the area, whatever the names", arguments: 0..<40)
    func hostile(width: Int) {
        let names = GraphHostility.names
        let nodes = names.enumerated().map { index, name in
            GraphNode(
                id: name, label: name, start: GraphHostility.times[index],
                end: GraphHostility.times[names.count - 1 - index], figure: names[(index + 5) % names.count])
        }
        let edges = names.indices.dropLast().map { GraphEdge(from: names[$0], to: names[($0 * 3 + 1) % names.count]) }
        let drawing = RailDrawing(GraphShape(nodes: nodes, edges: edges))
        let area = Rect(x: 3, y: 2, width: width, height: 6)
        GraphHostility.check(area) { grid in
            drawing.drawHeading(figure: names[0], in: Rect(x: 3, y: 2, width: width, height: 1), on: &grid)
            drawing.draw(rows: -4..<99, selected: names[2], in: Rect(x: 3, y: 3, width: width, height: 5), on: &grid)
        }
    }

    @Test("bars are on one axis, and a moment is a thin mark")
    func bars() {
        let times: [(Int64, Int64)] = [(0, 100), (50, 75), (25, 25), (100, 40)]
        let nodes = times.enumerated().map { GraphNode(id: "\($0)", label: "a", start: $1.0, end: $1.1) }
        let drawing = RailDrawing(GraphShape(nodes: nodes, edges: []))
        var grid = Grid(width: 4 + 1 + 1 + 40, height: 4)
        drawing.draw(rows: 0..<4, selected: nil, in: grid.bounds, on: &grid)
        let bars = (0..<4).map { y in String(grid.row(y).dropFirst(6).map(\.text).joined()) }
        func bar(_ mark: String, _ x: Int, _ count: Int) -> String {
            String(repeating: " ", count: x) + String(repeating: mark, count: count)
                + String(repeating: " ", count: 40 - x - count)
        }
        #expect(bars == [bar("█", 0, 40), bar("█", 20, 10), bar("▏", 10, 1), bar("▏", 39, 1)])
    }
}

/// Reads the edges out of a picture, by its glyphs alone.
struct RailWalk {
    private(set) var edges: [(from: Int, to: Int)] = []
    private let picture: [[Character]]

    init(_ picture: [[Character]]) {
        self.picture = picture
        for row in picture.indices {
            let own = picture[row].firstIndex { "●○◉".contains($0) } ?? 0
            if picture[row][own] != "○" { descend(own, below: row, from: row) }
            for side in [-1, 1] {
                var x = own + side
                // A horizontal that ends in an arrow leads to this node, and is found from the other end.
                guard x >= 0, picture[row][x] == "─" else { continue }
                while x >= 0, x < picture[row].count, picture[row][x] != " " {
                    if "┬┼├┤╭╮".contains(picture[row][x]) { descend(x, below: row, from: row) }
                    if "╭╮".contains(picture[row][x]) { break }
                    if picture[row][x] == (side < 0 ? "├" : "┤") { break }
                    x += side
                }
            }
        }
    }

    /// Down one column, to its first node and to those that an arrow joins to it on the way.
    private mutating func descend(_ x: Int, below row: Int, from source: Int) {
        var y = row + 1
        while y < picture.count {
            let glyph = picture[y][x]
            if "●○◉".contains(glyph) { return edges.append((source, y)) }
            guard "│├┤┼╰╯┴".contains(glyph) else { return }
            if glyph != "│", picture[y].contains(where: { "›‹".contains($0) }) { edges.append((source, y)) }
            if "╰╯┴".contains(glyph) { return }
            y += 1
        }
    }
}

/// Names and times that could break a drawing.
enum GraphHostility {
    static let names = [
        "\u{1B}]52;c;AAAA\u{7}rm -rf", "作者の名前はとても長いので切られる", "\u{202E}gnihton\u{202C}", "e\u{301}\u{301}\u{301}\u{301}x",
        "👩‍👩‍👧‍👦 family", "", "line\nbreak\r\nand\ttab", "\u{9B}2J", "🇩🇪🇫🇷", "a\u{200B}\u{FEFF}b", "ᄀ\u{1161}\u{11A8}",
        String(repeating: "w", count: 300), "├─●", "\u{0}",
    ]
    static let times: [Int64] = [
        .min, .max, 0, 7, -1, 1, .max, .min, 0, 1_700_000_000_000, 1_700_000_000_001, 5, 5, 9,
    ]

    /// Draws into a larger grid: each row keeps its columns, and nothing is written outside the area.
    static func check(_ area: Rect, draw: (inout Grid) -> Void) {
        var grid = Grid(width: area.width + 8, height: area.height + 4)
        draw(&grid)
        for y in 0..<grid.height {
            let columns = grid.row(y).reduce(0) { $0 + TextWidth.of($1.text) }
            #expect(columns == grid.width, "row \(y) at \(area.width)")
            for x in 0..<grid.width {
                let isInside =
                    x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height
                #expect(isInside || grid[x, y] == .blank, "\(x), \(y) at \(area.width)")
                #expect(
                    !grid[x, y].text.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
            }
        }
        let isASCII = grid.ascii.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } }
        #expect(isASCII)
    }
}
