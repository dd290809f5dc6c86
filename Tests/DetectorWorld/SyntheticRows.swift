package import Basics
package import SourceFetch
import SourceSpec

/// Rows of the sources that detectors read, written by a test. ``DetectorWorld`` serves them as the providers would.
///
/// A value: a test may copy it, change a row and run again. The order of the arrays does not matter; of two rows of the
/// same time the later one in the array is the newer one.
package struct SyntheticRows: Sendable {
    package var observations: [ObservationRow] = []
    package var scores: [ScoreRow] = []
    package var promptVersions: [PromptVersionRow] = []
    package var issues: [IssueRow] = []
    package var events: [EventRow] = []
    /// Sums that the provider has added up, for hours before the last 26. Where there are any, only 26 hours of
    /// observations are mirrored, as in production.
    package var hourlySums: [HourlySum] = []
    package var outages: [Outage] = []

    package init() {}

    /// Scans that fail.
    package struct Outage: Hashable, Sendable {
        package var source: String
        package var table: String
        /// The mirror is read all the same.
        package var isLiveOnly: Bool
        /// Only scans with these filters; empty for all scans of the table.
        package var filters: [String: Value]
        /// Live scans without filters, which read a window of all names, are refused with 400; the source is not down.
        package var refusesWindows: Bool

        package init(
            _ source: String, _ table: String, isLiveOnly: Bool = false, where filters: [String: Value] = [:],
            refusesWindows: Bool = false
        ) {
            (self.source, self.table, self.isLiveOnly, self.filters) = (source, table, isLiveOnly, filters)
            self.refusesWindows = refusesWindows
        }

        func covers(_ scan: Scan) -> Bool {
            if refusesWindows, !scan.usesPageCache || !scan.filters.isEmpty { return false }
            return scan.source.name == source && scan.table.name == table && (scan.usesPageCache || !isLiveOnly)
                && filters.allSatisfy { scan.filters[$0.key] == $0.value }
        }

        var error: SourceError {
            guard refusesWindows else {
                return SourceError(
                    kind: .unavailable, source: source, reason: "It answers 503.", remedy: "Wait.", calls: 1)
            }
            var error = SourceError(
                kind: .refusedByProvider, source: source, reason: "It answers 400.", remedy: "Ask for less.", calls: 1)
            error.status = 400
            return error
        }
    }

    /// The rows of a table by column name; columns that are not named are NULL.
    func rows(of table: String, in source: String) -> [[String: Value]] {
        switch (source, table) {
        case ("langfuse", "observations"): observations.enumerated().map { $1.columns(number: $0) }
        case ("langfuse", "scores"): scores.enumerated().map { $1.columns(number: $0) }
        case ("langfuse", "prompt_versions"): promptVersions.map(\.columns)
        case ("sentry", "issues"): issues.map(\.columns)
        case ("sentry", "events"): events.enumerated().map { $1.columns(number: $0) }
        default: []
        }
    }
}
