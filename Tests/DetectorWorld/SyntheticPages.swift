import Basics
import SourceFetch
import SourceSpec

/// Serves ``SyntheticRows`` as the providers would: by window and filter, the newest first, nothing of what is still to
/// come, and bodies only where they are asked for.
final class SyntheticPages: PageSource, HourlySums {
    private static let pageRows = 1000

    private struct Table: Hashable {
        var source: String
        var name: String
    }

    private let rows: SyntheticRows
    private let clock: WallClock
    private let served = Lock<[Scan]>([])
    /// A table's rows in the order of its columns, made when it is first read: the oldest first.
    private let tables = Lock<[Table: [(time: Instant, values: [Value])]]>([:])

    init(_ rows: SyntheticRows, clock: WallClock) {
        (self.rows, self.clock) = (rows, clock)
    }

    /// The scans served since the last call.
    func takeScans() -> [Scan] {
        served.withLock { scans in
            defer { scans.removeAll() }
            return scans
        }
    }

    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        served.withLock { $0.append(scan) }
        if let outage = rows.outages.first(where: { $0.covers(scan) }) { throw outage.error }
        var rest = matching(scan)[...]
        var outcome = ScanOutcome()
        repeat {
            let page = Array(rest.prefix(Self.pageRows))
            rest = rest.dropFirst(Self.pageRows)
            outcome.calls += 1
            outcome.rows += page.count
            if try await onPage(Page(rows: page)) == .stop { break }
        } while !rest.isEmpty
        return outcome
    }

    func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        PlannedRequest(text: "read \(scan.source.name).\(scan.table.name)", pageSize: Self.pageRows)
    }

    func hours(from: Instant, to: Instant) async throws -> [HourlySum] {
        rows.hourlySums.filter { $0.hour >= from && $0.hour < to }
    }

    private func matching(_ scan: Scan) -> [[Value]] {
        let names = scan.table.columns.map(\.name)
        let (from, to) = bounds(of: scan)
        var found = all(scan).filter { $0.time >= from && $0.time < to && $0.time <= clock.now() }
        for (filter, value) in scan.filters {
            guard let place = names.firstIndex(of: filter) else { continue }
            found.removeAll { $0.values[place] != value }
        }
        var result = Array(found.reversed().prefix(scan.rowLimit ?? .max)).map(\.values)
        if isWithoutBodies(scan), let bodies = scan.source.overlay.mirrors[scan.table.name]?.bodies?.columns {
            let places = bodies.compactMap { names.firstIndex(of: $0) }
            for row in result.indices { for place in places { result[row][place] = .null } }
        }
        return result
    }

    private func all(_ scan: Scan) -> [(time: Instant, values: [Value])] {
        tables.withLock { tables in
            let key = Table(source: scan.source.name, name: scan.table.name)
            if let known = tables[key] { return known }
            let time = Self.timeColumn(of: scan)
            let found = rows.rows(of: key.name, in: key.source).map { row in
                let unknown = Set(row.keys).subtracting(scan.table.columns.map(\.name))
                precondition(unknown.isEmpty, "\(key.source).\(key.name) has no columns \(unknown)")
                return (
                    row[time]?.instant ?? Instant(milliseconds: 0), scan.table.columns.map { row[$0.name] ?? .null }
                )
            }
            let sorted = found.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
            tables[key] = sorted.map(\.element)
            return sorted.map(\.element)
        }
    }

    private static func timeColumn(of scan: Scan) -> String {
        let overlay = scan.source.overlay
        let bounds = overlay.bounds[scan.table.name] ?? overlay.mirrors[scan.table.name]?.bounds
        return bounds?.column ?? ""
    }

    /// By the mirror's parameters or, in a live scan, by the filters of the table that say the same.
    private func bounds(of scan: Scan) -> (from: Instant, to: Instant) {
        var (from, to) = (Instant(milliseconds: .min), Instant(milliseconds: .max))
        let given =
            scan.extraParameters.map { ($0.name, $0.value) } + scan.filters.map { ($0.key, $0.value.text ?? "") }
        for (name, value) in given {
            guard let moment = Instant(iso8601: value) else { continue }
            if name.lowercased().hasPrefix("from") { from = moment }
            if name.lowercased().hasPrefix("to") { to = moment }
        }
        return (from, to)
    }

    /// Langfuse's `fields` name the groups of columns; `io` is what went in and came out.
    private func isWithoutBodies(_ scan: Scan) -> Bool {
        guard let fields = scan.extraParameters.first(where: { $0.name == "fields" })?.value else { return false }
        return !fields.split(separator: ",").contains("io")
    }
}
