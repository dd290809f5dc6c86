package import Basics
package import SourceFetch

/// How old the rows that a statement reads may be.
package enum Freshness: Hashable, Sendable {
    /// The mirror may be this old; an older one is updated first. Rows from `since` on are enough; nil for the whole backfill.
    case upTo(Span, since: Instant? = nil)
    /// Only stored rows are read: no call is made.
    case stored
    /// Only stored rows are read; inputs and outputs that are not stored are fetched.
    case storedRows

    /// The same, for a statement that needs no row from before `since`.
    package func since(_ since: Instant?) -> Freshness {
        if case .upTo(let span, _) = self { .upTo(span, since: since) } else { self }
    }

    /// The same, where rows may be that much older.
    package func older(by span: Span) -> Freshness {
        if case .upTo(let age, let since) = self { .upTo(age + span, since: since) } else { self }
    }

    /// The same, where rows of that age are fresh enough.
    package func allowing(_ age: Span) -> Freshness {
        if case .upTo(let span, let since) = self { .upTo(max(span, age), since: since) } else { self }
    }
}

/// The limits of one statement; it is stopped when it reaches one.
package struct QueryLimits: Hashable, Sendable {
    /// The maximum number of rows. A longer result is truncated and marked so.
    package var rows: Int
    /// For the update of mirrors, live calls and the run together.
    package var time: Span
    /// The size of the result.
    package var bytes: Int
    /// Scans that live tables may make for the statement, `IN` lists and joins counted.
    package var liveScans: Int
    /// Traces whose bodies may be fetched for the statement, one call each.
    package var bodyFetches: Int
    /// The bodies of all rows are read together, with at most this many calls; rows whose bodies were not read are left out of the
    /// result. Nil: each is fetched by its trace when the statement reads it.
    package var bodyCalls: Int?
    /// The maximum wait of one request for its turn or for a rate limit pause; nil for an interactive statement.
    package var maxWait: Span?
    /// Of the requests that the statement needs.
    package var priority: RequestPriority

    package init(
        rows: Int = 100_000, time: Span = .seconds(60), bytes: Int = 256 << 20, liveScans: Int = 500,
        bodyFetches: Int = 50, maxWait: Span? = nil, priority: RequestPriority = .detection
    ) {
        (self.rows, self.time, self.bytes) = (rows, time, bytes)
        (self.liveScans, self.bodyFetches) = (liveScans, bodyFetches)
        (self.maxWait, self.priority) = (maxWait, priority)
    }
}

extension QueryLimits {
    /// The limits of the agent's own statements. No person waits for them, so they wait for the rate budget or a rate limit pause,
    /// up to the usual window of one minute.
    package static let unattended = QueryLimits(time: .minutes(4), maxWait: .seconds(75))
    /// The same for active loops, for routine work, and for what is learned from.
    package static let urgent = unattended(.urgent)
    package static let routine = unattended(.routine)
    package static let learning = unattended(.history)

    private static func unattended(_ priority: RequestPriority) -> QueryLimits {
        var limits = unattended
        limits.priority = priority
        return limits
    }
}

/// The rows of a statement, and how complete and current they are.
package struct QueryResult: Hashable, Sendable {
    package var rows: RowSet
    /// All rows from before this time are in the tables read, except late ones.
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
