import Basics
import SourceFetch

@testable import SourceSpec

/// Serves rows made by a test, page by page, as a provider would: windows and filters applied, newest first.
final class RecordedPages: PageSource {
    struct State {
        var tables: [QualifiedTable: [[Value]]] = [:]
        var scans: [Scan] = []
        var pageRows = 50
        /// Thrown by scans of the source, before any page.
        var failures: [String: SourceError] = [:]
        /// Thrown after so many pages of the next scans of the source.
        var breaksAfterPages: [String: Int] = [:]
        /// Tables that only the older API has.
        var needsFallback: Set<QualifiedTable> = []
        /// Runs after a page was handed out: rows that move meanwhile.
        var afterPage: (@Sendable (inout State) -> Void)?
        var truncatesAbove: Int?
        var serverDate: Instant?
        var isHanging: Set<String> = []
        /// Scans that are not answered before this is changed.
        var holds: (@Sendable (Scan) -> Bool)?
        /// Thrown by the scans for which it is not nil.
        var refuses: (@Sendable (Scan) -> SourceError?)?
        /// Bodies come only where `fields` names them.
        var keepsBodies = false
        /// Rows come whatever the filters say, as of an API that has no such parameter.
        var ignoresFilters = false
    }

    struct QualifiedTable: Hashable {
        var source: String
        var table: String
    }

    let state = Lock(State())

    func set(_ source: String, _ table: String, _ rows: [[Value]]) {
        state.withLock { $0.tables[QualifiedTable(source: source, table: table)] = rows }
    }

    func append(_ source: String, _ table: String, _ rows: [[Value]]) {
        state.withLock { $0.tables[QualifiedTable(source: source, table: table), default: []] += rows }
    }

    func change(_ body: (inout State) -> Void) { state.withLock(body) }

    func takeScans() -> [Scan] {
        state.withLock { state in
            defer { state.scans.removeAll() }
            return state.scans
        }
    }

    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let name = QualifiedTable(source: scan.source.name, table: scan.table.name)
        let (failure, isHanging) = state.withLock { state in
            state.scans.append(scan)
            return (
                state.failures[scan.source.name] ?? state.refuses?(scan), state.isHanging.contains(scan.source.name)
            )
        }
        if let failure { throw failure }
        while state.withLock({ $0.holds?(scan) ?? false }) {
            try Task.checkCancellation()
            await Task.yield()
        }
        while isHanging, state.withLock({ $0.isHanging.contains(scan.source.name) }) {
            try Task.checkCancellation()
            await Task.yield()
        }
        if scan.fallback == nil, state.withLock({ $0.needsFallback.contains(name) }) {
            throw SourceError(kind: .notFound, source: name.source, reason: "404.", remedy: "Speak v1.", calls: 1)
        }
        return try await serve(scan, name, onPage)
    }

    func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        PlannedRequest(text: "GET \(scan.source.name)/\(scan.table.name)", pageSize: 50)
    }

    private func serve(
        _ scan: Scan, _ name: QualifiedTable, _ onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        var outcome = ScanOutcome()
        var offset = 0
        while true {
            let (rows, size, breakAfter, cap, date) = state.withLock { state in
                (
                    matching(state.tables[name] ?? [], scan, ignoringFilters: state.ignoresFilters), state.pageRows,
                    state.breaksAfterPages[name.source],
                    state.truncatesAbove, state.serverDate
                )
            }
            if let breakAfter, outcome.calls >= breakAfter {
                throw SourceError(
                    kind: .unavailable, source: name.source, reason: "The connection was reset.", remedy: "Try later.",
                    calls: outcome.calls)
            }
            let page = withoutBodies(Array(rows.dropFirst(offset).prefix(size)), scan)
            outcome.calls += 1
            outcome.rows += page.count
            offset += page.count
            let progress = try await onPage(Page(rows: page, serverDate: date))
            state.withLock { state in
                let change = state.afterPage
                change?(&state)
            }
            if let cap, outcome.rows >= cap, rows.count > offset {
                outcome.isTruncated = true
                return outcome
            }
            if progress == .stop || page.count < size { return outcome }
        }
    }

    private func withoutBodies(_ rows: [[Value]], _ scan: Scan) -> [[Value]] {
        let fields = scan.extraParameters.first { $0.name == "fields" }?.value ?? "io"
        guard state.withLock({ $0.keepsBodies }), !fields.contains("io"),
            let bodies = scan.source.overlay.mirrors[scan.table.name]?.bodies?.columns
        else { return rows }
        let places = scan.table.columns.indices.filter { bodies.contains(scan.table.columns[$0].name) }
        return rows.map { row in
            var row = row
            for place in places { row[place] = .null }
            return row
        }
    }

    /// What the provider answers: filters by equality, the window, newest first.
    private func matching(_ rows: [[Value]], _ scan: Scan, ignoringFilters: Bool) -> [[Value]] {
        let names = scan.table.columns.map(\.name)
        var result = rows
        for (filter, value) in scan.filters where !ignoringFilters {
            guard let place = names.firstIndex(of: filter) else { continue }
            result = result.filter { $0[place] == value || $0[place].isNull }
        }
        guard let mirror = scan.source.overlay.mirrors[scan.table.name],
            let time = names.firstIndex(of: mirror.bounds.column)
        else { return result }
        if case .between(let from, let to) = mirror.bounds.window {
            let bounds = Dictionary(scan.extraParameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            let lower = bounds[from].flatMap { Instant(iso8601: $0) }
            let upper = bounds[to].flatMap { Instant(iso8601: $0) }
            result = result.filter { row in
                guard let moment = row[time].instant else { return false }
                return (lower.map { moment >= $0 } ?? true) && (upper.map { moment < $0 } ?? true)
            }
        }
        return result.sorted { ($0[time].text ?? "") > ($1[time].text ?? "") }
    }
}
