import Basics
import SourceFetch
import TestSupport
import Testing

@testable import SourceSpec

@Suite("Tables read through Coral")
struct CoralPagesTests {
    private static let columns = [
        ColumnSpec(name: "id", type: .int64), ColumnSpec(name: "name", type: .utf8),
        ColumnSpec(name: "cost", type: .float64), ColumnSpec(name: "done", type: .boolean),
        ColumnSpec(name: "time", type: .timestamp), ColumnSpec(name: "tags", type: .json),
        ColumnSpec(name: "end", type: .date),
    ]

    private static let events = #"""
        {"acme.events": {"columns": ["id", "name", "cost", "done", "time", "tags", "end"], "filters": ["name"], "rows": [
          {"id": 9007199254740993, "name": "a", "cost": 0.5, "done": true, "time": "2026-05-01T00:00:00Z", "tags": "[\"x\"]", "end": "2026-05-02"},
          {"id": 2, "name": "it's \"q\"; --", "done": false, "time": "2026-05-01T01:02:03.456789"},
          {"id": 3, "name": null, "cost": 2, "tags": "", "end": null}]}}
        """#

    private func table(filters: [FilterSpec] = [], cap: Int? = nil) -> TableSpec {
        .items(filters: filters, cap: cap, columns: Self.columns)
    }

    private func scan(
        _ table: TableSpec, filters: [String: Value] = [:], limit: Int? = nil, overlay: SourceOverlay = SourceOverlay()
    ) -> Scan {
        var (source, table) = (SourceSpec.sample(at: "http://x", overlay: overlay), table)
        table.name = "events"
        source.tables = [table]
        return Scan(source: source, table: table, filters: filters, rowLimit: limit)
    }

    // MARK: Rows

    @Test("Both output formats return the same rows", arguments: FakeCoral.Generation.allCases)
    func rows(generation: FakeCoral.Generation) async throws {
        let pages = try FakeCoral(generation, tables: Self.events).pages()
        let (rows, outcome) = try await pages.rows(scan(table()))
        #expect(
            rows == [
                [9_007_199_254_740_993, "a", 0.5, 1, "2026-05-01T00:00:00.000Z", #"["x"]"#, "2026-05-02"],
                [2, #"it's "q"; --"#, nil, 0, "2026-05-01T01:02:03.456Z", nil, nil],
                [3, nil, 2.0, nil, nil, "", nil],
            ])
        #expect(outcome == ScanOutcome(rows: 3, calls: 1))
    }

    @Test("A value with every kind of quote stays a value", arguments: FakeCoral.Generation.allCases)
    func hostileValue(generation: FakeCoral.Generation) async throws {
        let fake = try FakeCoral(generation, tables: Self.events)
        let one = scan(table(filters: [FilterSpec(name: "name")]), filters: ["name": #"it's "q"; --"#])
        #expect(ids(try await fake.pages().rows(one).rows) == [2])
        #expect(fake.statements.first?.hasSuffix(#"WHERE "name" = 'it''s "q"; --'"#) == true)
    }

    @Test("Names with quotes, blanks and dots stay names", arguments: FakeCoral.Generation.allCases)
    func hostileName(generation: FakeCoral.Generation) async throws {
        let tables =
            #"{"acme.e\"; DROP": {"columns": ["a\"b", "c.d e"], "filters": ["x=1 OR \"y"], "rows": [{"a\"b": 1, "c.d e": 2}]}}"#
        let columns = [ColumnSpec(name: "a\"b", type: .int64), ColumnSpec(name: "c.d e", type: .int64)]
        var table = TableSpec.items(filters: [FilterSpec(name: "x=1 OR \"y")], columns: columns)
        table.name = "e\"; DROP"
        let scan = Scan(source: .sample(at: "http://x"), table: table)
        let pages = try FakeCoral(generation, tables: tables).pages()
        #expect(try await pages.rows(scan).rows == [[1, 2]])
    }

    @Test("A value that does not match its column is NULL and counted")
    func warnings() async throws {
        let fake = try FakeCoral(#"echo '[{"id":"x","cost":[1],"time":"soon"}]'"#)
        let (rows, outcome) = try await fake.pages().rows(scan(table()))
        #expect(rows.first?.allSatisfy(\.isNull) == true && outcome.schemaWarnings == 3)
    }

    // MARK: Statements

    @Test("Literals have the filter's type, and a NULL filter is omitted")
    func literals() throws {
        let filters: [FilterSpec] = [
            FilterSpec(name: "t"), FilterSpec(name: "i", type: .int64), FilterSpec(name: "b", type: .boolean),
            FilterSpec(name: "f", type: .float64), FilterSpec(name: "n", type: .int64), FilterSpec(name: "z"),
        ]
        let given: [String: Value] = ["t": 7, "i": "-5", "b": 0, "f": 1.5, "n": "5x", "z": nil]
        let table = TableSpec.items(filters: filters)
        let pages = CoralPages(
            program: CoralProgram(path: nil, environment: [:], clock: .system), inputs: { _ in nil })
        let text = try pages.request(of: Scan(source: .sample(at: "http://x"), table: table, filters: given)).text
        #expect(
            text
                == #"SELECT "id" FROM "acme"."items" WHERE "t" = '7' AND "i" = -5 AND "b" = FALSE AND "f" = 1.5 AND "n" = '5x'"#
        )
    }

    @Test("A table function is called with its arguments by name", arguments: FakeCoral.Generation.allCases)
    func function(generation: FakeCoral.Generation) async throws {
        let tables =
            #"{"acme.search": {"columns": ["id"], "filters": ["q", "Sort By"], "ignored": ["q", "Sort By"], "rows": [{"id": 4}]}}"#
        var function = TableSpec.items(filters: [FilterSpec(name: "q", isRequired: true), FilterSpec(name: "Sort By")])
        function.name = "search"
        var source = SourceSpec.sample(at: "http://x")
        source.functions = [function]
        let scan = Scan(source: source, table: function, filters: ["q": "it's", "Sort By": "new"], rowLimit: 5)
        let fake = try FakeCoral(generation, tables: tables)
        #expect(ids(try await fake.pages().rows(scan).rows) == [4])
        #expect(fake.statements == [#"SELECT "id" FROM acme.search(q => 'it''s', "Sort By" => 'new') LIMIT 5"#])
    }

    @Test("A missing required filter is an error without a call")
    func missingFilter() async throws {
        let fake = try FakeCoral(.later, tables: Self.events)
        let error = await sourceError {
            _ = try await fake.pages().rows(scan(table(filters: [FilterSpec(name: "owner", isRequired: true)])))
        }
        #expect(error?.kind == .missingFilter && error?.remedy == "Add `WHERE owner = '…'`.")
        #expect(fake.statements.isEmpty)
    }

    // MARK: Cuts

    @Test("A result with as many rows as the limit or the manifest's maximum counts as truncated")
    func cuts() async throws {
        let pages = try FakeCoral(.later, tables: Self.events).pages()
        let limited = try await pages.rows(scan(table(), limit: 2))
        #expect(limited.rows.count == 2 && limited.outcome.isTruncated)
        #expect(try await pages.rows(scan(table(), limit: 4)).outcome.isTruncated == false)
        #expect(try await pages.rows(scan(table(cap: 3))).outcome.isTruncated)
        #expect(try await pages.rows(scan(table(cap: 4))).outcome.isTruncated == false)
        var paged = table()
        paged.pagination = PaginationSpec(
            mode: .page(parameter: "page", start: 1, step: 1),
            pageSize: .init(defaultSize: 3, maximum: 3), maximumPages: 1)
        #expect(try await pages.rows(scan(paged)).outcome.isTruncated)
    }

    // MARK: Errors

    @Test(
        "A table or a column that Coral does not know asks for our manifest", arguments: FakeCoral.Generation.allCases)
    func otherManifest(generation: FakeCoral.Generation) async throws {
        let pages = try FakeCoral(generation, tables: Self.events).pages()
        var table = table()
        table.columns.append(ColumnSpec(name: "extra", type: .utf8))
        let column = await sourceError { _ = try await pages.rows(scan(table)) }
        #expect(column?.kind == .notConfigured && column?.source == "acme" && column?.calls == 1)
        #expect(column?.remedy.hasPrefix("Run `coral source add --file sources/acme/manifest.yaml`.") == true)
        let absent = Scan(source: .sample(at: "http://x"), table: .items())
        let error = await sourceError { _ = try await pages.rows(absent) }
        #expect(error?.kind == .notConfigured)
        #expect(error?.remedy == "Run `coral source add --file sources/acme/manifest.yaml`.")
    }

    @Test("Neither the statement nor Coral's error shows the source's secrets")
    func secrets() async throws {
        let fake = try FakeCoral("echo 'Error: bad token s3cr3t-s3cr3t' >&2; exit 1")
        var secret = scan(table(filters: [FilterSpec(name: "name")]), filters: ["name": "s3cr3t-s3cr3t"])
        secret.source.inputs = [InputSpec(key: "ACME_TOKEN", kind: .secret)]
        let pages = fake.pages(inputs: ["ACME_TOKEN": "s3cr3t-s3cr3t"])
        let error = await sourceError { [secret] in _ = try await pages.rows(secret) }
        #expect(error?.reason == "Coral failed: bad token [redacted].")
        #expect(error?.request.hasSuffix("WHERE \"name\" = '[redacted]'") == true)
        #expect(try pages.request(of: secret).text.contains("s3cr3t") == false)
    }

    @Test("Coral does not support an older API; the error says so after a 404")
    func fallback() async throws {
        let fake = try FakeCoral("echo 'Error: Source resource was not found (404)' >&2; exit 1")
        var older = scan(table())
        let missing = await sourceError { [older] in _ = try await fake.pages().rows(older) }
        #expect(missing?.kind == .notFound && missing?.source == "acme")
        older.fallback = MirrorSpec.Fallback(path: Template(literal: "/old"), pagination: PaginationSpec())
        let error = await sourceError { [older] in _ = try await fake.pages().rows(older) }
        #expect(error?.kind == .unsupported && error?.calls == 0)
        #expect(error?.remedy == "Set the engine to `embedded` in settings.json.")
    }
}
