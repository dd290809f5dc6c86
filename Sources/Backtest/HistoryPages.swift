import Basics
import SourceFetch
import SourceSpec

/// Serves the rows of a history as the provider would: by window, newest first, and only rows up to the current time.
struct HistoryPages: PageSource {
    private static let pageRows = 1000

    private let rows: [(time: Instant, row: [String: Value])]
    private let clock: WallClock

    init(_ history: LabelledHistory, clock: WallClock) {
        rows = history.rows.compactMap { row in row["start_time"]?.instant.map { ($0, row) } }.sorted { $0.0 < $1.0 }
        self.clock = clock
    }

    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        var outcome = ScanOutcome(calls: 1)
        guard scan.table.name == "observations" else { return outcome }
        var wanted = self.rows.filter { $0.time <= clock.now() }
        for name in ["trace_id", "type", "name", "level"] {
            if let value = scan.filters[name] { wanted.removeAll { $0.row[name] != value } }
        }
        let bounds = Dictionary(scan.extraParameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        func bound(_ parameter: String, _ filter: String) -> Instant? {
            (bounds[parameter] ?? scan.filters[filter]?.text).flatMap { Instant(iso8601: $0) }
        }
        if let from = bound("fromStartTime", "from_start_time") { wanted.removeAll { $0.time < from } }
        if let to = bound("toStartTime", "to_start_time") { wanted.removeAll { $0.time >= to } }
        var rest = wanted.reversed().prefix(scan.rowLimit ?? .max)
        repeat {
            let page = rest.prefix(Self.pageRows).map { item in scan.table.columns.map { item.row[$0.name] ?? .null } }
            rest = rest.dropFirst(Self.pageRows)
            outcome.rows += page.count
            if try await onPage(Page(rows: page)) == .stop { break }
        } while !rest.isEmpty
        return outcome
    }

    func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        PlannedRequest(text: "read the history", pageSize: Self.pageRows)
    }
}
