import Basics
import CellGrid

/// A graph as a list: one row per node, a cause above its effects, with the rails of the edges on the left and the time
/// of each node on the right.
///
/// The vertical of a crossing is unbroken and the horizontal has a gap there; a join is a tee, or `┼`. Edges lead down; a
/// horizontal leads away from the node of its row, or to it where it ends in an arrow. A hollow node has nothing below.
/// The rails take at most three tenths of the width; `~` replaces those without room, and `•` marks a node on
/// one of them. What is drawn in a row depends only on the shape, the width and the selection, not on the rows around
/// it: nothing moves while the list scrolls.
struct RailDrawing {
    let shape: GraphShape
    let plan: RailPlan
    let axis: TimeAxis
    /// Of the longest name and the longest figure, in columns.
    let longest: (name: Int, figure: Int)

    init(_ shape: GraphShape) {
        self.shape = shape
        plan = RailPlan(shape)
        axis = TimeAxis(shape.nodes)
        longest = (
            shape.nodes.indices.reduce(0) { max($0, TextWidth.of(shape.name(of: $1))) },
            shape.nodes.reduce(0) { max($0, TextWidth.of($1.figure)) }
        )
    }

    /// Draws a window of rows from the top of the area on. With a selected node, all that led to it and all that it led to
    /// is emphasised, and the rest is dimmed.
    func draw(rows window: Range<Int>, selected: String?, in area: Rect, on grid: inout Grid) {
        let window = window.clamped(to: 0..<shape.nodes.count).prefix(max(0, area.height))
        guard !window.isEmpty, area.width > 0 else { return }
        let columns = RailColumns(of: self, width: area.width)
        let path = shape.row(of: selected).map { GraphPath(of: $0, parents: shape.parents, children: shape.children) }
        let strokes = RailStrokes(plan, shape, path, rows: window, cap: columns.rails)
        for (offset, row) in window.enumerated() {
            let line = area.row(offset)
            for (x, cell) in strokes.cells(of: row).enumerated() {
                grid.write(cell.text, at: line.x + x, line.y, role: cell.role, in: line)
            }
            write(row, path.role(of: row), columns, line, on: &grid)
        }
    }

    private func write(_ row: Int, _ role: Role, _ columns: RailColumns, _ line: Rect, on grid: inout Grid) {
        let node = shape.nodes[row]
        grid.write(String(node.mark), at: line.x + columns.mark, line.y, role: node.role, in: line)
        columns.write(shape.name(of: row), in: columns.name, role: role, line, on: &grid)
        columns.write(
            node.figure, in: columns.figure, isRight: true, role: role == .text ? .dim : role, line, on: &grid)
        guard !columns.bar.isEmpty else { return }
        let bar = axis.bar(of: node, width: columns.bar.count)
        grid.write(bar.text, at: line.x + columns.bar.lowerBound + bar.x, line.y, role: node.role, in: line)
    }

    /// The names of the columns, and the ends of the time axis.
    func drawHeading(figure: String, in area: Rect, on grid: inout Grid) {
        let columns = RailColumns(of: self, width: area.width)
        columns.write("step", in: columns.name, role: .dim, area, on: &grid)
        columns.write(figure, in: columns.figure, isRight: true, role: .dim, area, on: &grid)
        guard !columns.bar.isEmpty else { return }
        columns.write("0", in: columns.bar, role: .dim, area, on: &grid)
        columns.write(axis.length, in: columns.bar, isRight: true, role: .dim, area, on: &grid)
    }
}

/// The columns of a row, from its left edge; an empty range is not drawn.
struct RailColumns {
    /// The number of rails that are drawn, two cells each.
    let rails: Int
    let mark: Int
    let name: Range<Int>
    let figure: Range<Int>
    let bar: Range<Int>

    init(of drawing: RailDrawing, width: Int) {
        rails = max(1, min(drawing.plan.width, (width * 3 / 10 + 1) / 2))
        mark = 2 * rails
        let start = mark + 2
        let room = max(0, width - start)
        let wanted = min(drawing.longest.name, width < 120 ? 24 : 40)
        let figures = room < 16 ? 0 : min(drawing.longest.figure, 10)
        let behind = figures > 0 ? figures + 1 : 0
        let names = min(wanted, max(12, room * 2 / 5))
        let hasBars = room - names - behind - 1 >= 8
        name = start..<start + (hasBars ? names : max(0, min(drawing.longest.name, room - behind)))
        figure = name.upperBound + min(figures, 1)..<name.upperBound + behind
        bar = hasBars ? figure.upperBound + 1..<width : figure.upperBound..<figure.upperBound
    }

    func write(
        _ text: String, in columns: Range<Int>, isRight: Bool = false, role: Role, _ line: Rect, on grid: inout Grid
    ) {
        grid.write(
            text, at: line.x + columns.lowerBound, line.y, width: columns.count, isRight: isRight, role: role, in: line)
    }
}
