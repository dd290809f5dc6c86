import Basics
import Glibc
import SourceFetch
import TestSupport
import Testing

@testable import SourceSpec

@Suite("Files")
struct FileTests {
    private let stage = FileStage()
    private static let lines = """
        format: jsonl
        source: {location: "file://{{folder}}/logs/"}
        columns: [{name: id, type: Int64}, {name: text, type: Utf8}]
        """

    @Test("JSON lines become rows; blank lines are skipped, and a broken or incomplete one is counted")
    func jsonLines() async throws {
        try stage.write("\u{FEFF}{\"id\":1,\"text\":\"a\"}\r\n\n  \n{\"id\":", to: "logs/b.jsonl")
        try stage.write("{\"id\":\"2\",\"text\":{\"k\":[1]}}\n{broken}\n7\n{\"id\":\"x\"}", to: "logs/a/a.jsonl")
        try stage.write("{\"id\":9}", to: "logs/other.txt")
        let (rows, outcome) = try await stage.read(Self.lines)
        #expect(rows == [[2, #"{"k":[1]}"#], [nil, nil], [1, "a"]])
        #expect(outcome.schemaWarnings == 4 && outcome.calls == 0 && !outcome.isTruncated)
    }

    @Test("A file with many rows is read in pages, and a reached maximum is reported")
    func pages() async throws {
        try stage.write((0..<2500).map { "{\"id\":\($0)}" }.joined(separator: "\n"), to: "logs/a.jsonl")
        let spec = try stage.source(Self.lines)
        let sizes = Lock<[Int]>([])
        _ = try await stage.scanner().scan(Scan(source: spec, table: spec.tables[0])) { page in
            sizes.withLock { $0.append(page.rows.count) }
            return .more
        }
        #expect(sizes.withLock { $0 } == [1000, 1000, 500])
        let capped = try await stage.read(Self.lines + "\nfetch_limit_default: 2499")
        #expect(capped.rows.count == 2499 && capped.outcome.isTruncated)
        let whole = try await stage.read(Self.lines + "\nfetch_limit_default: 2500")
        #expect(whole.rows.count == 2500 && !whole.outcome.isTruncated)
        let limited = try await stage.read(Self.lines, limit: 3)
        #expect(ids(limited.rows) == [0, 1, 2])
    }

    @Test("Partitions, file names and line numbers are columns, and a partition in WHERE skips files")
    func pathColumns() async throws {
        try stage.write("{\"id\":1}\n\n{\"id\":2}", to: "logs/eu/day=2026-11-24/a.b.jsonl")
        try stage.write("{\"id\":3}", to: "logs/us/day=2026-11-25/a%20b.jsonl")
        try stage.write("{\"id\":4}", to: "logs/stray.jsonl")
        let table = """
            format: jsonl
            source:
              location: "file://{{folder}}/logs"
              partitions: [{name: region, type: Utf8, path: {kind: segment, index: 0}}, {name: day, type: Utf8}]
              metadata: [{name: path, kind: relative_path}, {name: file, kind: file_name}, {name: stem, kind: file_stem}, {name: line, kind: line_number}]
            columns: [{name: id, type: Int64}]
            """
        let (rows, outcome) = try await stage.read(table)
        #expect(
            rows == [
                [1, 1, "eu", "2026-11-24", "eu/day=2026-11-24/a.b.jsonl", "a.b.jsonl", "a.b"],
                [2, 3, "eu", "2026-11-24", "eu/day=2026-11-24/a.b.jsonl", "a.b.jsonl", "a.b"],
                [4, 1, nil, nil, "stray.jsonl", "stray.jsonl", "stray"],
                [3, 1, "us", "2026-11-25", "us/day=2026-11-25/a%20b.jsonl", "a%20b.jsonl", "a%20b"],
            ])
        #expect(outcome.schemaWarnings == 2, "the stray file has neither partition")
        let pruned = try await stage.read(table, filters: ["day": "2026-11-25"])
        #expect(ids(pruned.rows) == [3] && pruned.outcome.schemaWarnings == 0)
        #expect(try await stage.read(table, filters: ["day": "2026-11-25", "region": "eu"]).rows.isEmpty)
    }

    @Test("Partitions are compared in their type, encoded ones decoded")
    func typedPartitions() async throws {
        try stage.write("{\"id\":1}", to: "logs/n=007/t=a%2Fb/x.jsonl")
        try stage.write("{\"id\":2}", to: "logs/n=x/t=c/x.jsonl")
        let table = """
            format: jsonl
            source:
              location: "file://{{folder}}/logs"
              partitions: [{name: n, type: Int64}, {name: t, type: Utf8}]
            columns: [{name: id, type: Int64}]
            """
        let all = try await stage.read(table)
        #expect(all.rows == [[1, 7, "a/b"], [2, nil, "c"]] && all.outcome.schemaWarnings == 1)
        #expect(ids(try await stage.read(table, filters: ["n": "7"]).rows) == [1])
        #expect(ids(try await stage.read(table, filters: ["t": "a/b"]).rows) == [1])
        #expect(try await stage.read(table, filters: ["n": "seven"]).rows.isEmpty)
    }

    @Test("A JSON file is a list of rows or one row, and an incomplete one is an error with its name")
    func documents() async throws {
        let table = """
            format: json
            source: {location: "file://{{folder}}/d"}
            columns: [{name: id, type: Int64}]
            """
        try stage.write("[{\"id\":1},{\"id\":2},null]", to: "d/a.json")
        try stage.write("{\"id\":3}", to: "d/b.json")
        try stage.write("null", to: "d/c.json")
        let (rows, outcome) = try await stage.read(table)
        #expect(ids(rows) == [1, 2, 3] && outcome.schemaWarnings == 1)
        try stage.write("[{\"id\":1},", to: "d/e.json")
        let error = await sourceError { _ = try await stage.read(table) }
        #expect(
            error?.kind == .malformed && error?.reason.contains("/d/e.json is not a complete JSON document") == true)
    }

    @Test("The older jsonl backend supports expressions, and its filters are compared locally")
    func older() async throws {
        try stage.write(
            #"{"payload":{"kind":"a"},"session":"s"}"# + "\n" + #"{"payload":{"kind":"b"},"session":"t"}"#,
            to: "logs/x.jsonl")
        let table = """
            source: {location: "file://{{folder}}/logs", glob: "*.jsonl"}
            filters: [{name: kind}, {name: asked}]
            columns:
              - {name: kind, type: Utf8, expr: {kind: path, path: [payload, kind]}}
              - {name: asked, type: Utf8, virtual: true, expr: {kind: from_filter, key: asked}}
              - {name: whole, type: Json, expr: {kind: current_row}}
            """
        let all = try await stage.read(table, backend: "jsonl")
        #expect(all.rows.map { $0[0] } == ["a", "b"])
        #expect(all.rows[0][2] == #"{"payload":{"kind":"a"},"session":"s"}"#)
        let some = try await stage.read(table, backend: "jsonl", filters: ["kind": "b", "asked": "me"])
        #expect(some.rows.map { [$0[0], $0[1]] } == [["b", "me"]])
    }

    @Test("The location may be a home, an input or one file; a blank in it is encoded")
    func locations() async throws {
        try stage.write("{\"id\":1}", to: "my logs/a.jsonl")
        func table(_ location: String) -> String {
            "format: jsonl\nsource: {location: \"\(location)\"}\ncolumns: [{name: id, type: Int64}]"
        }
        for location in ["file://~/my%20logs/", "file://localhost{{folder}}/my%20logs", "file://~/my logs/a.jsonl"] {
            #expect(ids(try await stage.read(table(location)).rows) == [1], "\(location)")
        }
        let given = table("file://{{input.DISK_PLACE}}/")
        #expect(ids(try await stage.read(given, inputs: ["DISK_PLACE": stage.folder.path]).rows) == [1])
        let unset = await sourceError { _ = try await stage.read(given) }
        #expect(unset?.kind == .notConfigured && unset?.remedy == "Set DISK_PLACE in the environment or .env.")
        let spec = try stage.source(table("file://~/my%20logs/"))
        let request = try stage.scanner().request(of: Scan(source: spec, table: spec.tables[0]))
        #expect(request.text == "read \(stage.folder.path)/my logs/**/*.jsonl")
    }
}
