import CellGrid
import ViewState

/// A column of a list: its heading, its width, and what it shows of a row. The last column gets the remaining width.
struct Column<Row> {
    let title: String
    let width: Int
    var isRight = false
    let cell: (Row) -> Line

    init(_ title: String, _ width: Int = 0, isRight: Bool = false, cell: @escaping (Row) -> Line) {
        (self.title, self.width, self.isRight, self.cell) = (title, width, isRight, cell)
    }
}

extension Grid {
    /// A title with the filter, and below it the rows. Returns the area below the rows.
    @discardableResult
    mutating func list<Row>(
        _ list: ListView<Row>, title: String, columns: [Column<Row>], hasHeadings: Bool = false, empty: String,
        in area: Rect
    ) -> Rect {
        let heading = list.filter.isEmpty ? title : "\(title) /\(list.filter)"
        write(heading, at: area.x + 1, area.y, width: area.width - 2, role: .title, in: area)
        var body = Rect(x: area.x, y: area.y + 1, width: area.width - 1, height: area.height - 1)
        if hasHeadings, !list.rows.isEmpty {
            row(columns.map { ($0.title, .dim) }, columns: columns, at: body.y, in: body, isSelected: false)
            body = body.splitTop(1).rest
        }
        return rows(list, columns: columns, empty: empty, in: body)
    }

    /// The rows around the cursor, or why there are none. Returns the area below them.
    @discardableResult
    mutating func rows<Row>(_ list: ListView<Row>, columns: [Column<Row>], empty: String, in area: Rect) -> Rect {
        guard !list.rows.isEmpty else {
            let text =
                !list.isLoaded
                ? "Waiting for the store…"
                : list.filter.isEmpty ? empty : "No match for \"\(list.filter)\". Esc clears the filter."
            write(text, at: area.x + 2, area.y, width: area.width - 2, role: .dim, in: area)
            return area.splitTop(1).rest
        }
        let window = Window(total: list.rows.count, height: area.height, position: list.position)
        for offset in 0..<window.count {
            let index = window.first + offset
            row(
                columns.map { $0.cell(list.rows[index]) }, columns: columns, at: area.y + offset, in: area,
                isSelected: index == list.position)
        }
        return area.splitTop(window.count).rest
    }

    /// One row: each cell is cut to its column.
    private mutating func row<Row>(
        _ cells: [Line], columns: [Column<Row>], at y: Int, in area: Rect, isSelected: Bool
    ) {
        write(isSelected ? "▌" : " ", at: area.x, y, role: .selection, in: area)
        var x = area.x + 2
        let edge = area.x + area.width
        for (index, cell) in cells.enumerated() {
            guard x < edge else { return }
            let isLast = index == cells.count - 1
            let width = isLast ? edge - x : min(columns[index].width, edge - x)
            write(
                cell.text, at: x, y, width: width, isRight: columns[index].isRight && !isLast,
                role: isSelected && cell.role == .text ? .selection : cell.role, in: area)
            x += width + 2
        }
    }

    /// The areas of the list and of the open row: side by side from 120 columns on, else only one of them.
    mutating func divide(_ area: Rect, listWidth: Int, isOpen: Bool) -> (list: Rect?, detail: Rect?) {
        guard area.width >= 120 else { return isOpen ? (nil, area.inset(1, 0)) : (area, nil) }
        let (left, right) = area.splitLeft(listWidth)
        for y in right.y..<right.y + right.height { write("│", at: right.x, y, role: .border) }
        return (left, Rect(x: right.x + 2, y: right.y, width: right.width - 3, height: right.height))
    }
}

/// The rows of a list that are on the screen, with the cursor among them.
struct Window {
    let first: Int
    let count: Int

    init(total: Int, height: Int, position: Int) {
        count = max(0, min(total, height))
        first = min(max(0, position - max(0, height - 1) / 2), max(0, total - count))
    }
}
