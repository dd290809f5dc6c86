package import CellGrid

/// A graph as a list: one row per node, a cause above its effects, with the rails of the edges on the left and the time
/// of each node on the right.
///
/// The vertical of a crossing is unbroken and the horizontal has a gap there; a join is a tee, or `┼`. Edges lead down; a
/// horizontal leads away from the node of its row, or to it where it ends in an arrow. A hollow node has nothing below.
/// The rails take at most three tenths of the width; `~` stands where some run that have no room, and `•` for a node on
/// one of those. What is drawn in a row depends on the shape, the width and the selection alone, never on the rows around
/// it: nothing moves while the list scrolls.
package struct RailDrawing: Hashable, Sendable {
    /// The ids of the nodes by row.
    package let rows: [String]

    let shape: GraphShape
    let plan: RailPlan
    let axis: TimeAxis?
    /// Of the longest name and the longest figure, in columns.
    let longest: (name: Int, figure: Int)

    package init(_ shape: GraphShape, order: RailOrder = .branches) {
        self.shape = shape
        plan = RailPlan(shape.links, order: shape.links.sorted(order))
        rows = plan.order.map { shape.nodes[$0].id }
        axis = TimeAxis(shape.nodes)
        longest = (
            shape.nodes.indices.reduce(0) { max($0, TextWidth.of(shape.name(of: $1))) },
            shape.nodes.reduce(0) { max($0, TextWidth.of(ForeignText.inert($1.figure))) }
        )
    }

    package func row(of id: String) -> Int? { shape.place(of: id).map { plan.rows[$0] } }

    /// Where a step leads from a node; nil where it leads nowhere.
    package func id(after step: GraphStep, from id: String?) -> String? {
        let links = shape.links
        let walk = GraphWalk(
            order: plan.order, isPinned: { shape.nodes[$0].isPinned }, parents: links.parents, children: links.children)
        return walk.node(after: step, from: shape.place(of: id)) { plan.rows[$0] }.map { shape.nodes[$0].id }
    }

    /// The rows of a window, from the top of the area on. With a selected node, all that led to it and all that it led to
    /// stands out, and the rest steps back.
    package func draw(rows window: Range<Int>, selected: String?, in area: Rect, on grid: inout Grid) {
        let window = window.clamped(to: 0..<rows.count).prefix(max(0, area.height))
        guard !window.isEmpty, area.width > 0 else { return }
        let columns = RailColumns(of: self, width: area.width)
        let path = shape.place(of: selected).map {
            GraphPath(of: $0, parents: shape.links.parents, children: shape.links.children)
        }
        let strokes = RailStrokes(plan, shape, path, rows: window, cap: columns.rails)
        for (offset, row) in window.enumerated() {
            let y = area.y + offset
            for (x, cell) in strokes.cells(of: row).enumerated() where x < area.width {
                grid.write(cell.text, at: area.x + x, y, role: cell.role, in: area)
            }
            write(plan.order[row], path, columns, Rect(x: area.x, y: y, width: area.width, height: 1), on: &grid)
        }
    }

    private func write(
        _ place: Int, _ path: GraphPath?, _ columns: RailColumns, _ line: Rect, on grid: inout Grid
    ) {
        let node = shape.nodes[place]
        let role = path.role(of: place)
        let mark = TextWidth.prefix(ForeignText.inert(node.mark), width: 1)
        grid.write(mark, at: line.x + columns.mark, line.y, role: node.role, in: line)
        let name = TextWidth.truncated(shape.name(of: place), to: columns.name.count)
        grid.write(name, at: line.x + columns.name.lowerBound, line.y, role: role, in: line)
        let figure = TextWidth.truncated(ForeignText.inert(node.figure), to: columns.figure.count)
        grid.write(
            figure, at: line.x + columns.figure.upperBound - TextWidth.of(figure), line.y,
            role: role == .text ? .dim : role, in: line)
        guard let axis, !columns.bar.isEmpty, let bar = axis.bar(of: node, width: columns.bar.count) else { return }
        grid.write(bar.text, at: line.x + columns.bar.lowerBound + bar.x, line.y, role: node.role, in: line)
    }

    /// What the columns are, and the ends of the axis of time.
    package func drawHeading(figure: String, in area: Rect, on grid: inout Grid) {
        let columns = RailColumns(of: self, width: area.width)
        let name = TextWidth.truncated("step", to: columns.name.count)
        grid.write(name, at: area.x + columns.name.lowerBound, area.y, role: .dim, in: area)
        let title = TextWidth.truncated(ForeignText.inert(figure), to: columns.figure.count)
        grid.write(
            title, at: area.x + columns.figure.upperBound - TextWidth.of(title), area.y, role: .dim, in: area)
        guard let axis, !columns.bar.isEmpty else { return }
        grid.write("0", at: area.x + columns.bar.lowerBound, area.y, role: .dim, in: area)
        let end = axis.length
        grid.write(end, at: area.x + columns.bar.upperBound - TextWidth.of(end), area.y, role: .dim, in: area)
    }

    package static func == (left: RailDrawing, right: RailDrawing) -> Bool {
        left.shape == right.shape && left.rows == right.rows
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(shape)
        hasher.combine(rows)
    }
}

/// Where the parts of a row begin and end, in columns from its left edge; an empty range is not drawn.
struct RailColumns: Hashable, Sendable {
    /// How many columns of rails are drawn, two cells each.
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
        let bars = room - min(wanted, max(12, room * 2 / 5)) - behind - 1
        guard drawing.axis != nil, bars >= 8 else {
            name = start..<start + max(0, min(drawing.longest.name, room - behind))
            figure = Self.behind(name, figures)
            bar = figure.upperBound..<figure.upperBound
            return
        }
        name = start..<start + min(wanted, max(12, room * 2 / 5))
        figure = Self.behind(name, figures)
        bar = figure.upperBound + 1..<width
    }

    private static func behind(_ name: Range<Int>, _ count: Int) -> Range<Int> {
        count > 0 ? name.upperBound + 1..<name.upperBound + 1 + count : name.upperBound..<name.upperBound
    }
}
