import Basics
import SourceFetch
import SourceSpec

/// A week of the other sources: 25 commits per day, 300 Sentry issues, 60 pull requests, six Slack channels with 40 messages each.
/// Pages have the size of the manifest.
struct SeededLists {
    let end: Instant

    func scan(_ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress) async throws -> ScanOutcome {
        let count = Self.counts["\(scan.source.name).\(scan.table.name)"] ?? 0
        let size = max(1, min(scan.rowLimit ?? .max, scan.table.pagination.pageSize?.defaultSize ?? 100))
        let rows = (0..<count).map { row($0, of: scan.table, scan.filters) }.filter { within($0, scan) }
        var outcome = ScanOutcome()
        repeat {
            let page = Array(rows.dropFirst(outcome.rows).prefix(size))
            outcome.calls += 1
            outcome.rows += page.count
            if try await onPage(Page(rows: page)) == .stop { break }
        } while outcome.rows < rows.count
        return outcome
    }

    private static let counts = [
        "github.commits": 200, "sentry.issues": 300, "github.pulls": 60, "slack.channels": 6, "slack.messages": 40,
    ]

    /// Newest first, the times spread over eight days.
    private func row(_ number: Int, of table: TableSpec, _ filters: [String: Value]) -> [Value] {
        let count = Double(Self.counts.first { $0.key.hasSuffix("." + table.name) }?.value ?? 1)
        let time = end - .seconds(Double(number) / count * 8 * 86_400)
        return table.columns.map { column in
            if let given = filters[column.name] { return given }
            switch (column.name, column.type) {
            case ("name", _): return .text("channel-\(number)")
            case (_, .timestamp): return Value(time)
            case ("id", _), ("sha", _), ("ts", _): return .text("\(table.name)-\(number)")
            case (_, .int64), (_, .float64): return .integer(Int64(number))
            case (_, .boolean): return .integer(0)
            default: return .text("text \(number)")
            }
        }
    }

    private func within(_ row: [Value], _ scan: Scan) -> Bool {
        guard
            let bounds = scan.source.overlay.mirrors[scan.table.name]?.bounds
                ?? scan.source.overlay.bounds[scan.table.name],
            let place = scan.table.columns.firstIndex(where: { $0.name == bounds.column }),
            let time = row[place].instant
        else { return true }
        let given =
            scan.extraParameters.map { ($0.name, $0.value) } + scan.filters.map { ($0.key, $0.value.text ?? "") }
        let from = given.first { $0.0 == bounds.names.first }.flatMap { Instant(iso8601: $0.1) }
        return from.map { time >= $0 } ?? true
    }
}
