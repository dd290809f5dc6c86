/// The cursor of a list. It keeps the identity of its row, so that it stays there when rows come and go.
package struct ListState: Hashable, Sendable {
    package var selected: String?
    package var filter = ""
    /// The filter is being typed.
    package var isFiltering = false
    /// The row that is open in detail, and how many lines of it are scrolled away.
    package var open: String?
    package var scroll = 0

    package init(selected: String? = nil, filter: String = "") {
        self.selected = selected
        self.filter = filter
    }
}

/// A list as it is drawn: the rows that pass the filter, the cursor, and the row that is open.
package struct ListView<Row: Hashable & Sendable>: Hashable, Sendable {
    package let rows: [Row]
    package let ids: [String]
    /// The row of the cursor; the first if its own is gone.
    package private(set) var position: Int
    package let filter: String
    /// False until the store has answered.
    package let isLoaded: Bool
    package let isOpen: Bool
    private let opened: Row?
    /// The lines of the open row that are scrolled away.
    package let scroll: Int

    /// `matches` gets the filter in lower case.
    init(
        _ rows: [Row]?, _ list: ListState?, id: (Row) -> String, matches: (Row, String) -> Bool = { _, _ in true }
    ) {
        let list = list ?? ListState()
        let wanted = list.filter.lowercased()
        let kept = wanted.isEmpty ? rows ?? [] : (rows ?? []).filter { matches($0, wanted) }
        let ids = kept.map(id)
        position = list.selected.flatMap { ids.firstIndex(of: $0) } ?? 0
        (self.rows, self.ids, filter, isLoaded) = (kept, ids, list.filter, rows != nil)
        (isOpen, scroll) = (list.open != nil, list.scroll)
        opened = isOpen ? rows?.first { id($0) == list.open } : nil
    }

    init(_ rows: [Row]?, position: Int, id: (Row) -> String) {
        self.init(rows, nil, id: id)
        self.position = position
    }

    package var selected: Row? { rows.indices.contains(position) ? rows[position] : nil }
    /// The open row, also if the filter hides it; else the selected one.
    package var detail: Row? { isOpen ? opened : selected }
}

extension [String] {
    /// One of the texts contains the filter, which is in lower case.
    func match(_ filter: String) -> Bool { contains { $0.lowercased().contains(filter) } }
}

// MARK: moving, opening and leaving

extension ConsoleState {
    var page: Int { max(1, size.height / 2) }

    /// Where the cursor is; the first row if its own is gone.
    package var position: Int {
        let rows = pane.spec.rows(self)
        return pane.spec.selected(self).flatMap { rows.firstIndex(of: $0) } ?? 0
    }

    mutating func move(by step: Int) {
        if list.open != nil {
            list.scroll = max(0, min(list.scroll + step, 100_000))
            return
        }
        let rows = pane.spec.rows(self)
        guard !rows.isEmpty else { return }
        let next = position + min(max(step, -rows.count), rows.count)
        pane.spec.select(rows[min(max(0, next), rows.count - 1)], in: &self)
    }

    /// Opens a row of the pane that is shown.
    mutating func open(row: String?) { (list.open, list.scroll) = (row, 0) }

    mutating func show(_ next: Pane) {
        guard next != pane || list.open != nil else { return }
        open(row: nil)
        guard next != pane else { return }
        trail = Array((trail + [pane]).suffix(16))
        pane = next
    }

    func neighbor(_ step: Int) -> Pane {
        let panes = Pane.allCases
        let position = panes.firstIndex(of: pane) ?? 0
        return panes[(position + step + panes.count) % panes.count]
    }

    mutating func back() {
        if list.open != nil { return open(row: nil) }
        if !list.filter.isEmpty {
            list.filter = ""
            return
        }
        if pane.spec.leave(&self) { return }
        if let previous = trail.popLast() { pane = previous }
    }
}
