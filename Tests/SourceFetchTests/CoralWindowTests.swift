import Basics
import SourceFetch
import Testing

@testable import SourceSpec

@Suite("Time windows through Coral")
struct CoralWindowTests {
    private static let directory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/sources"

    private static func instant(_ hour: Int) -> Instant {
        Instant(iso8601: "2026-05-01T00:00:00Z")! + .hours(Double(hour))
    }

    /// Rows of hours 9 down to 0, the newest first.
    private static func events(_ more: String) -> String {
        let rows = (0..<10).reversed().map { #"{"id": \#($0), "time": "2026-05-01T0\#($0):00:00Z"}"# }
        return #"{"acme.items": {"columns": ["id", "time"], "rows": [\#(rows.joined(separator: ","))], \#(more)}}"#
    }

    private let table = TableSpec.items(columns: [
        ColumnSpec(name: "id", type: .int64), ColumnSpec(name: "time", type: .timestamp),
    ])

    private func scan(
        _ table: TableSpec, _ bounds: TimeBounds, from: Int? = nil, to: Int? = nil, limit: Int? = nil
    ) -> Scan {
        var source = SourceSpec.sample(at: "http://x", overlay: SourceOverlay(bounds: ["items": bounds]))
        source.tables = [table]
        var scan = Scan(source: source, table: table, rowLimit: limit)
        scan.limit(by: bounds, from: from.map(Self.instant), to: to.map(Self.instant))
        return scan
    }

    // MARK: Bounds that Coral knows

    @Test(
        "The window of a mirror sets the filters that feed its parameters; Coral does the paging, and bodies are not read"
    )
    func mirrored() throws {
        let spec = try #require(SourceCatalog.load(directory: Self.directory)["langfuse"])
        let table = try #require(spec.tables.first { $0.name == "observations" })
        let mirror = try #require(spec.overlay.mirrors["observations"])
        let bodies = try #require(mirror.bodies)
        let pages = CoralPages(
            program: CoralProgram(path: nil, environment: [:], clock: .system), inputs: { _ in nil })
        var scan = Scan(source: spec, table: table, extraParameters: mirror.parameters)
        scan.limit(by: mirror.bounds, from: Self.instant(0), to: Self.instant(1))
        let text = try pages.request(of: scan).text
        #expect(text.hasPrefix(#"SELECT "id", "trace_id", "type", "#))
        #expect(
            text.hasSuffix(
                #""tags" FROM "langfuse"."observations" WHERE "from_start_time" = '2026-05-01T00:00:00.000Z' AND "to_start_time" = '2026-05-01T01:00:00.000Z'"#
            ))
        let group = Scan(source: spec, table: table, filters: ["trace_id": "t"], extraParameters: bodies.parameters)
        #expect(
            try pages.request(of: group).text.hasSuffix(
                #""input", "output" FROM "langfuse"."observations" WHERE "trace_id" = 't'"#))
    }

    @Test("Columns that are not requested are NULL")
    func bodies() async throws {
        let fake = try FakeCoral(
            .early, tables: #"{"acme.items": {"columns": ["id", "end"], "rows": [{"id": 1, "end": "z"}]}}"#)
        let columns = ["id", "body", "end"].map { ColumnSpec(name: $0, type: $0 == "id" ? .int64 : .utf8) }
        let bounds = TimeBounds(column: "end", window: .newestFirst)
        let mirror = MirrorSpec(
            bounds: bounds, key: ["id"], bodies: .init(columns: ["body"], groupColumn: "id", parameters: []))
        let source = SourceSpec.sample(at: "http://x", overlay: SourceOverlay(mirrors: ["items": mirror]))
        let rows = try await fake.pages().rows(Scan(source: source, table: .items(columns: columns))).rows
        #expect(rows == [[1, nil, "z"]])
    }

    @Test(
        "A bound that is a filter reaches Coral", arguments: FakeCoral.Generation.allCases,
        [TimeBounds.Format.iso8601, .epochSeconds])
    func filtered(generation: FakeCoral.Generation, format: TimeBounds.Format) async throws {
        var table = table
        table.filters = [FilterSpec(name: "since", type: format == .epochSeconds ? .int64 : .utf8)]
        table.request.query = [ParameterSpec(name: "from", source: .given(.filter("since"), default: nil))]
        let fake = try FakeCoral(generation, tables: Self.events(#""filters": ["since"], "ignored": ["since"]"#))
        let bounds = TimeBounds(column: "time", window: .from("from"), format: format)
        let (rows, _) = try await fake.pages().rows(scan(table, bounds, from: 7))
        #expect(rows.count == 10)
        let literal = format == .epochSeconds ? "1777618800" : "'2026-05-01T07:00:00.000Z'"
        #expect(fake.statements == [#"SELECT "id", "time" FROM "acme"."items" WHERE "since" = \#(literal)"#])
    }

    // MARK: Bounds that it does not know

    private let unknown = TimeBounds(column: "time", window: .between(from: "after", to: "before"))

    @Test("Rows outside a bound that no filter supports are dropped, and no row of the window is missing")
    func dropped() async throws {
        let fake = try FakeCoral(.later, tables: Self.events(#""filters": []"#))
        let (rows, outcome) = try await fake.pages().rows(scan(table, unknown, from: 3, to: 6))
        #expect(ids(rows) == [5, 4, 3] && outcome == ScanOutcome(rows: 3, calls: 1))
        #expect(fake.statements == [#"SELECT "id", "time" FROM "acme"."items""#])
        let limited = try await fake.pages().rows(scan(table, unknown, from: 3, to: 6, limit: 2))
        #expect(ids(limited.rows) == [5, 4] && limited.outcome.isTruncated)
        #expect(fake.statements.last?.contains("LIMIT") == false)
    }

    @Test("A truncated list is complete for a window newer than its last row, and an error for an older one")
    func outOfReach() async throws {
        let pages = try FakeCoral(.later, tables: Self.events(#""cap": 5"#)).pages()
        var table = table
        table.fetchLimitDefault = 5
        let late = try await pages.rows(scan(table, unknown, from: 6))
        #expect(ids(late.rows) == [9, 8, 7, 6] && !late.outcome.isTruncated)
        let error = await sourceError { [table] in _ = try await pages.rows(scan(table, unknown, from: 2, to: 4)) }
        #expect(error?.kind == .unsupported && error?.calls == 1)
        #expect(error?.reason.hasPrefix("Coral truncates acme.items before the requested time") == true)
    }

    // MARK: Newest first

    @Test("A list without bounds is requested with a growing limit, until its reader stops")
    func growing() async throws {
        let fake = try FakeCoral(.later, tables: Self.events(#""filters": []"#))
        var table = table
        table.pagination = PaginationSpec(pageSize: .init(defaultSize: 2, maximum: 2))
        let newest = scan(table, TimeBounds(column: "time", window: .newestFirst))
        let seen = Lock<[[Int]]>([])
        let stopped = try await fake.pages().scan(newest) { page in
            seen.withLock { $0.append(ids(page.rows)) }
            return page.rows.contains { $0[0] == 8 } ? .stop : .more
        }
        #expect(seen.withLock { $0 } == [[9, 8]])
        #expect(stopped == ScanOutcome(rows: 2, calls: 1))
        let whole = try await fake.pages().rows(newest)
        #expect(ids(whole.rows) == Array((0..<10).reversed()) && whole.outcome == ScanOutcome(rows: 10, calls: 2))
        #expect(fake.statements.map { $0.split(separator: " ").last } == ["2", "2", "20"])
    }
}
