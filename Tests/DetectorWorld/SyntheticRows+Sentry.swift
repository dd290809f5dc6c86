package import Basics

/// A row of `sentry.issues`.
package struct IssueRow: Hashable, Sendable {
    /// Nil is an issue without an id, which no provider should give.
    package var id: String?
    package var title = "RateLimitError: Too many requests"
    package var culprit: String?
    package var errorType: String?
    package var level = "error"
    package var status = "unresolved"
    /// Events over the issue's life. A value, so that a test can give what no provider should.
    package var count: Value
    package var firstSeen: Instant
    package var lastSeen: Instant
    /// JSON: pairs of epoch seconds and events of the hour.
    package var stats24h: String?

    package init(
        _ id: String?, count: Value, from firstSeen: Instant, to lastSeen: Instant,
        _ change: (inout IssueRow) -> Void = { _ in }
    ) {
        (self.id, self.count, self.firstSeen, self.lastSeen) = (id, count, firstSeen, lastSeen)
        change(&self)
    }

    var columns: [String: Value] {
        [
            "id": Value(id), "title": .text(title), "culprit": Value(culprit), "error_type": Value(errorType),
            "level": .text(level), "status": .text(status), "count": count, "first_seen": Value(firstSeen),
            "last_seen": Value(lastSeen), "stats_24h": Value(stats24h),
        ]
    }
}

/// A row of `sentry.events`.
package struct EventRow: Hashable, Sendable {
    package var issueID: String
    package var timestamp: Instant
    package var traceID: String?
    package var release: String?
    package var environment: String?

    package init(of issueID: String, at timestamp: Instant, _ change: (inout EventRow) -> Void = { _ in }) {
        (self.issueID, self.timestamp) = (issueID, timestamp)
        change(&self)
    }

    func columns(number: Int) -> [String: Value] {
        [
            "id": .text("e\(number)"), "issue_id": .text(issueID), "timestamp": Value(timestamp),
            "trace_id": Value(traceID), "release": Value(release), "environment": Value(environment),
        ]
    }
}
