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

    /// The oldest pages are dropped when there are more rows than this.
    private static let maxRows = 100_000

    private struct State {
        var entries: [Key: Entry] = [:]
        var turn = 0

        var rows: Int { entries.values.reduce(0) { $0 + $1.page.content.rows.count } }
    }

    private let state = Lock(State())

    func entry(for key: Key) -> Entry? {
        state.withLock { state in
            state.turn += 1
            state.entries[key]?.usedAt = state.turn
            return state.entries[key]
        }
    }

    func keep(_ page: FetchedPage, tag: String, for key: Key) {
        state.withLock { state in
            state.turn += 1
            state.entries[key] = Entry(tag: tag, page: page, usedAt: state.turn)
            while state.rows > Self.maxRows, let oldest = state.entries.min(by: { $0.value.usedAt < $1.value.usedAt }) {
                state.entries[oldest.key] = nil
            }
        }
    }
}
