package import Basics

/// How old what a statement reads may be.
package enum Freshness: Hashable, Sendable {
    /// The mirror may be this old; an older one is updated first.
    case upTo(Span)
    /// What is stored is enough: no call is made.
    case stored
}

/// What one statement may use before it is stopped.
package struct QueryLimits: Hashable, Sendable {
    /// The maximum number of rows. A longer result is truncated and marked so.
    package var rows: Int
    /// Bringing mirrors up to date, live calls and the run together.
    package var time: Span
    /// The result's own size.
    package var bytes: Int
    /// Scans that live tables may make for the statement, `IN` lists and joins counted.
    package var liveScans: Int
    /// Traces whose bodies may be fetched for the statement.
    package var bodyFetches: Int
    /// The maximum wait of one request for its turn or for a rate limit pause; nil for an interactive statement.
    package var maxWait: Span?

    package init(
        rows: Int = 100_000, time: Span = .seconds(60), bytes: Int = 256 << 20, liveScans: Int = 500,
        bodyFetches: Int = 50, maxWait: Span? = nil
    ) {
        self.rows = rows
        self.time = time
        self.bytes = bytes
        self.liveScans = liveScans
        self.bodyFetches = bodyFetches
        self.maxWait = maxWait
    }
}

extension QueryLimits {
    /// The limits of the agent's own statements. No person waits for them, so they wait for a spent budget or a rate limit pause, up to
    /// the usual window of one minute.
    package static let unattended = QueryLimits(time: .minutes(4), maxWait: .seconds(75))
}

/// The rows of a statement, and how complete and current they are.
package struct QueryResult: Hashable, Sendable {
    package var rows: RowSet
    /// Everything that happened before this moment is in the tables read, late rows apart.
    package var asOf: Instant
    /// Rows are missing because a limit was reached: of the statement, of a table, or of the provider.
    package var isTruncated: Bool
    /// Of the sources that the statement reads, in the order of their names.
    package var sources: [SourceReport]
    /// HTTP calls made for this statement.
    package var calls: Int

    /// Some tables could not be updated to the requested freshness, or the rows were truncated.
    package var isPartial: Bool { isTruncated || sources.contains { $0.state.isIncomplete } }
}
