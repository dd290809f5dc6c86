import Basics
import SourceSpec

/// Pages with the `ETag` of their provider. A request with the tag returns 304 while nothing has changed, which does not count
/// against GitHub's budget.
final class PageCache: Sendable {
    /// One request for one set of columns; the same address may be read into other columns.
    struct Key: Hashable, Sendable {
        var source: String
        var table: String
        var filters: [String: Value]
        var url: String
    }

    struct Entry: Sendable {
        var tag: String
        var page: FetchedPage
        var usedAt: Int
    }

    /// The oldest pages go when there are more rows than this.
    private static let mostRows = 100_000

    private struct State {
        var entries: [Key: Entry] = [:]
        var rows = 0
        var turn = 0
    }

    private let state = Lock(State())

    func entry(for key: Key) -> Entry? {
        state.withLock { state in
            guard var entry = state.entries[key] else { return nil }
            state.turn += 1
            entry.usedAt = state.turn
            state.entries[key] = entry
            return entry
        }
    }

    func keep(_ page: FetchedPage, tag: String, for key: Key) {
        state.withLock { state in
            state.turn += 1
            if let known = state.entries[key] { state.rows -= known.page.content.rows.count }
            state.entries[key] = Entry(tag: tag, page: page, usedAt: state.turn)
            state.rows += page.content.rows.count
            while state.rows > Self.mostRows, let oldest = state.entries.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                state.rows -= oldest.value.page.content.rows.count
                state.entries[oldest.key] = nil
            }
        }
    }
}
