import SourceSpec

/// Decides after each page whether another follows, and where it starts. One for each ``PaginationSpec/Mode``.
struct PagingMachine: Sendable {
    /// The information of one page about the next one.
    struct Clues: Hashable, Sendable {
        /// The number of elements in the response, before mapping.
        var elements: Int
        /// Its cursor; nil if absent, null or blank.
        var cursor: String?
        /// The address of its `Link: rel="next"`; nil if there is none, or it has no results.
        var nextLink: String?
        /// Whether more pages follow; nil if the page has no such field.
        var hasMore: Bool?
    }

    enum Step: Hashable, Sendable {
        case fetch(PagePosition)
        case end
        /// The manifest's maximum of pages was read, and there is another page.
        case truncated
        /// The provider returned the same cursor or link twice.
        case loop
    }

    private let mode: PaginationSpec.Mode
    private let pageSize: Int?
    private let maximumPages: Int
    private(set) var position: PagePosition
    private var pages = 0
    private var seen: Set<PagePosition> = []

    /// `pageSize` is the requested size.
    init(_ spec: PaginationSpec, pageSize: Int?) {
        mode = spec.mode
        self.pageSize = pageSize
        maximumPages = spec.maximumPages
        position =
            switch spec.mode {
            case .none, .linkHeader, .cursorQuery, .cursorBody: .start
            case .page(_, let start, _): .page(start)
            case .offset(_, let start, _): .offset(start)
            }
    }

    mutating func advance(after clues: Clues) -> Step {
        pages += 1
        guard let next = next(after: clues) else { return .end }
        guard pages < maximumPages else { return .truncated }
        guard seen.insert(next).inserted else { return .loop }
        position = next
        return .fetch(next)
    }

    private func next(after clues: Clues) -> PagePosition? {
        if clues.hasMore == false { return nil }
        switch (mode, position) {
        case (.none, _): return nil
        case (.linkHeader, _): return clues.nextLink.map(PagePosition.link)
        // A short or empty page is not the end: only the cursor says whether more pages follow.
        case (.cursorQuery, _), (.cursorBody, _): return clues.cursor.map(PagePosition.cursor)
        case (.page(_, _, let step), .page(let number)):
            return isLast(clues) ? nil : .page(number + step)
        case (.offset(_, _, let step), .offset(let number)):
            // A provider that says "more" after a short page returns fewer rows than requested.
            let taken = clues.hasMore == true ? min(clues.elements, pageSize ?? .max) : pageSize ?? clues.elements
            return isLast(clues) ? nil : .offset(number + (step ?? taken))
        default: return nil
        }
    }

    private func isLast(_ clues: Clues) -> Bool {
        clues.elements == 0 || clues.hasMore != true && clues.elements < pageSize ?? 0
    }
}
