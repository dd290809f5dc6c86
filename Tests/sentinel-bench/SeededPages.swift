import Basics
import SourceFetch
import SourceSpec

/// Observations made from a seed, served as pages: what the network would deliver at once.
struct SeededPages: PageSource {
    let count: Int
    let end: Instant
    let days: Double
    /// Further observations after the end, from continued traffic.
    let grown = Lock(0)
    private static let pageRows = 1000

    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        guard scan.source.name == "langfuse", scan.table.name == "observations" else {
            return try await SeededLists(end: end).scan(scan, onPage: onPage)
        }
        if let trace = scan.filters["trace_id"] { return try await bodies(of: trace, scan, onPage) }
        func bound(_ name: String, _ filter: String) -> Instant? {
            let text = scan.extraParameters.first { $0.name == name }?.value ?? scan.filters[filter]?.text
            return text.flatMap { Instant(iso8601: $0) }
        }
        let step = days * 86_400_000 / Double(count)
        let first = end - .days(days)
        let all = count + grown.withLock { $0 }
        func index(_ instant: Instant?) -> Int? {
            instant.map { min(all, max(0, Int((Double($0.milliseconds - first.milliseconds) / step).rounded(.up)))) }
        }
        let low = index(bound("fromStartTime", "from_start_time")) ?? 0
        let high = index(bound("toStartTime", "to_start_time")) ?? all
        let name = scan.filters["name"]?.text
        if let limit = scan.rowLimit {
            return try await latest(limit, of: scan, low, high, step: step, first: first, onPage)
        }
        var outcome = ScanOutcome()
        var next = high
        repeat {
            let start = max(low, next - Self.pageRows)
            let numbers = (start..<max(start, next)).reversed().filter { number in
                name.map { $0 == "feature-\(number % 7)" } ?? true
            }
            let rows = numbers.map {
                row(number: $0, step: step, first: first, scan.table, sendsBodies: Self.sendsBodies(scan))
            }
            outcome.rows += rows.count
            outcome.calls += 1
            next = start
            if try await onPage(Page(rows: rows)) == .stop { break }
        } while next > low
        return outcome
    }

    /// The newest observations that match the filters, with their outputs: one call.
    private func latest(
        _ limit: Int, of scan: Scan, _ low: Int, _ high: Int, step: Double, first: Instant,
        _ onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        guard scan.filters["type"]?.text ?? "GENERATION" == "GENERATION", low < high else {
            _ = try await onPage(Page(rows: []))
            return ScanOutcome(calls: 1)
        }
        let name = scan.filters["name"]?.text
        let numbers = (low..<high).reversed().lazy.filter { number in name.map { $0 == "feature-\(number % 7)" } ?? true
        }
        // Of names that do not exist the search ends, too.
        let isKnown = name.map { name in (0..<7).contains { "feature-\($0)" == name } } ?? true
        let rows =
            isKnown
            ? numbers.prefix(limit).map {
                row(number: $0, step: step, first: first, scan.table, sendsBodies: Self.sendsBodies(scan))
            } : []
        _ = try await onPage(Page(rows: Array(rows)))
        return ScanOutcome(rows: rows.count, calls: 1)
    }

    /// The observations of one trace, with their inputs and outputs.
    private func bodies(
        of trace: Value, _ scan: Scan, _ onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let first = (Int((trace.text ?? "").dropFirst()) ?? 0) * 5
        let start = end - .days(days)
        let step = days * 86_400_000 / Double(count)
        let rows = (first..<min(first + 5, count)).map {
            row(number: $0, step: step, first: start, scan.table, sendsBodies: Self.sendsBodies(scan))
        }
        _ = try await onPage(Page(rows: rows))
        return ScanOutcome(rows: rows.count, calls: 1)
    }

    func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        PlannedRequest(text: "GET \(scan.source.name).\(scan.table.name)", pageSize: Self.pageRows)
    }

    /// Inputs and outputs come only with `fields=io`, or without `fields`.
    private static func sendsBodies(_ scan: Scan) -> Bool {
        scan.extraParameters.first { $0.name == "fields" }.map { $0.value.contains("io") } ?? true
    }

    private func row(
        number: Int, step: Double, first: Instant, _ table: TableSpec, sendsBodies: Bool
    ) -> [Value] {
        let start = Instant(milliseconds: first.milliseconds + Int64(Double(number) * step))
        let text = start.iso8601
        let feature = number % 7
        return table.columns.map { column in
            switch column.name {
            case "id": .text("o\(number)")
            case "trace_id": .text("t\(number / 5)")
            case "type": "GENERATION"
            case "name", "trace_name": .text("feature-\(feature)")
            case "model": .text(feature < 5 ? "gpt-4o-mini" : "gpt-4o")
            case "start_time", "end_time", "created_at", "updated_at": .text(text)
            case "latency": .real(1.5)
            case "input_tokens", "output_tokens": .integer(Int64(100 + number % 900))
            case "total_cost": .real(Double(100 + number % 900) / 1_000_000)
            case "level": "DEFAULT"
            case "environment": "production"
            case "output" where sendsBodies: .text(#"{"answer":"number \#(number)","confidence":0.9}"#)
            default: .null
            }
        }
    }
}
