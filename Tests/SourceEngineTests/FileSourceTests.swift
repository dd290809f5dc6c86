import Basics
import FoundationEssentials
import SourceEngine
import SourceFetch
import TestSupport
import Testing

@testable import SourceSpec

@Suite("A source of files in SQL")
struct FileSourceTests {
    private let folder = TemporaryFolder()
    private let engine: SourceEngine

    init() throws {
        let files = [
            "logs/day=2026-11-23/a.jsonl": "{\"id\":1,\"level\":\"error\"}\n{\"id\":2,\"level\":\"info\"}",
            "logs/day=2026-11-24/b.jsonl": "{\"id\":3,\"level\":\"error\"}\n{\"id\":4,\"level\":\"error\"}",
            "teams/t.csv": "id,team\n1,search\n3,billing\n",
        ]
        for (path, text) in files {
            let full = "\(folder.path)/\(path)"
            let parent = "/" + full.split(separator: "/").dropLast().joined(separator: "/")
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try text.write(toFile: full, atomically: true, encoding: .utf8)
        }
        let spec = try ManifestParser.parse(
            text: """
                dsl_version: 3
                name: disk
                version: 1.0.0
                backend: file
                tables:
                  - name: logs
                    description: Lines.
                    format: jsonl
                    source: {location: "file://\(folder.path)/logs", partitions: [{name: day, type: Utf8}]}
                    columns: [{name: id, type: Int64}, {name: level, type: Utf8}]
                  - name: teams
                    description: Teams.
                    format: csv
                    source: {location: "file://\(folder.path)/teams"}
                    columns: [{name: id, type: Int64}, {name: team, type: Utf8}]
                  - name: points
                    description: Points.
                    format: parquet
                    source: {location: "file:///nowhere"}
                    columns: []
                """, file: "manifest.yaml")
        engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: folder.path + "/mirrors", specs: [spec], pages: FileScanner(inputs: { _ in nil }),
                inputs: { _ in nil }))
    }

    @Test("can be counted, joined and grouped by its partitions")
    func join() async throws {
        let days = try await engine.query(
            "SELECT day, count(*) FROM disk.logs WHERE level = 'error' GROUP BY day ORDER BY day")
        #expect(days.rows.rows == [["2026-11-23", 1], ["2026-11-24", 2]])
        let join = try await engine.query(
            "SELECT l.id, t.team FROM disk.logs l JOIN disk.teams t ON t.id = l.id WHERE l.day = '2026-11-24'")
        #expect(join.rows.rows == [[3, "billing"]] && !join.isPartial)
        let both = try await engine.query(
            "SELECT id FROM disk.logs WHERE day IN ('2026-11-24', '2026-11-23') ORDER BY id")
        #expect(both.rows.rows == [[1], [2], [3], [4]])
        let none = try await engine.query("SELECT id FROM disk.logs WHERE day = 'yesterday'")
        #expect(none.rows.isEmpty)
    }

    @Test("reports a table that cannot be read, and the others work")
    func parquet() async throws {
        let error = await #expect(throws: QueryError.self) { try await engine.query("SELECT * FROM disk.points") }
        #expect(error?.kind == .unsupported)
        #expect(error?.sentence.contains("Parquet files") == true)
        #expect(try await engine.query("SELECT count(*) FROM disk.teams").rows.rows == [[2]])
    }
}
