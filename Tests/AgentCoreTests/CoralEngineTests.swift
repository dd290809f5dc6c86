import AgentCore
import Basics
import FoundationEssentials
import OnCallModel
import Sandbox
import SourceEngine
import Subprocess
import TestSupport
import Testing

@Suite("Rows from coral")
struct CoralEngineTests {
    /// What a real Coral would have of the sandbox, as a program that runs SQLite over the rows that the embedded engine
    /// read. The bounds of the manifests are conditions there.
    private struct Program {
        let folder = TemporaryFolder()
        var path: String { "\(folder.path)/coral" }

        init(of stage: Stage) async throws {
            var tables: [JSONValue.Member] = []
            for name in ["langfuse.observations", "sentry.issues", "github.commits"] {
                let columns = try await stage.query("SELECT * FROM \(name) LIMIT 0").rows.columns
                    .filter { !["input", "output"].contains($0) }
                let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
                let rows = try await stage.query("SELECT \(list) FROM \(name)").rows.rows
                let objects = rows.map { row in
                    JSONValue.object(zip(columns, row).map { JSONValue.Member($0, JSONValue($1)) })
                }
                let all = columns + (name.hasPrefix("langfuse") ? ["input", "output"] : [])
                tables.append(
                    .init(name, ["columns": .array(all.map(JSONValue.string)), "rows": .array(objects)]))
            }
            try JSONValue.object(tables).serialized.write(
                toFile: "\(folder.path)/tables.json", atomically: true, encoding: .utf8)
            try Self.script.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            for schema in ["langfuse", "sentry", "github"] {
                try "".write(toFile: "\(folder.path)/\(schema).db", atomically: true, encoding: .utf8)
            }
            let done = try await ChildProcess(path, arguments: ["prepare"], environment: ["PATH": "/usr/bin:/bin"])
                .run()
            #expect(done.status == 0, "\(String(decoding: done.errors, as: UTF8.self))")
        }

        var statements: [String] {
            let text = (try? String(contentsOfFile: "\(folder.path)/statements", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }

        private static let script = #"""
            #!/usr/bin/env python3
            import glob, json, os, re, sqlite3, sys
            folder = os.path.dirname(os.path.abspath(__file__))
            sql = sys.argv[-1]
            with open(folder + "/statements", "a") as log:
                log.write(sql.replace("\n", " ") + "\n")
            database = sqlite3.connect(":memory:")
            for file in glob.glob(folder + "/*.db"):
                schema = os.path.basename(file)[:-3]
                if sql == "prepare" or re.search(r"\b%s\b" % schema, sql):
                    database.execute(f"ATTACH '{file}' AS {schema}")
            if sql == "prepare":
                for name, table in json.load(open(folder + "/tables.json")).items():
                    columns = ", ".join(f'"{c}"' for c in table["columns"])
                    database.execute(f'CREATE TABLE {name} ({columns})')
                    places = ", ".join("?" for _ in table["columns"])
                    database.executemany(
                        f"INSERT INTO {name} VALUES ({places})",
                        [[row.get(c) for c in table["columns"]] for row in table["rows"]])
                database.commit()
                sys.exit(0)
            for filter, condition in {"from_start_time": "start_time >=", "to_start_time": "start_time <",
                                      "since": "committed_date >=", "until": "committed_date <"}.items():
                sql = re.sub(rf'"?\b{filter}\b"? = ', condition + " ", sql)
            try:
                cursor = database.execute(sql)
            except sqlite3.Error as error:
                print(f"Error: {error}", file=sys.stderr)
                sys.exit(1)
            names = [column[0] for column in cursor.description]
            print(json.dumps([dict(zip(names, row)) for row in cursor]))
            """#
    }

    @Test("A scan finds what the embedded engine finds, and asks the program alone for rows that are mirrored")
    func scan() async throws {
        let embedded = try Stage()
        let expected = try await embedded.scan(carryingOutActs: false)
        let program = try await Program(of: embedded)
        let stage = try Stage(kind: .coral, extra: { _ in ["SENTINEL_CORAL": program.path, "PATH": "/usr/bin:/bin"] })
        let found = try await stage.scan(carryingOutActs: false)
        // Notes may differ: the program's rows hold no events of an issue, so that nothing ties one to its traces.
        let (wanted, got) = (
            Set(expected.findings.filter { !$0.isNote }.map(\.fingerprint)),
            Set(found.findings.filter { !$0.isNote }.map(\.fingerprint))
        )
        #expect(got == wanted)
        #expect(stage.world.calls(to: .langfuse).isEmpty && stage.world.calls(to: .sentry).isEmpty)
        #expect(program.statements.contains { $0.contains("langfuse") && $0.contains("from_start_time") })
    }

    @Test("A typed statement goes to the program as it is; one over rollups is answered from the mirrors")
    func typed() async throws {
        let embedded = try Stage()
        _ = try await embedded.query("SELECT 1 FROM github.commits")
        let program = try await Program(of: embedded)
        let stage = try Stage(kind: .coral, extra: { _ in ["SENTINEL_CORAL": program.path, "PATH": "/usr/bin:/bin"] })
        let sql = "SELECT sha, message FROM github.commits ORDER BY committed_date DESC LIMIT 2"
        let rows = try await stage.engine.answer(typed: sql)
        #expect(rows.rows.columns == ["sha", "message"] && rows.rows.count == 2)
        #expect(program.statements.last == sql)
        let hours = try await stage.engine.answer(typed: "SELECT count(*) FROM langfuse.observations_hourly")
        #expect((hours.rows.rows[0][0].integer ?? 0) > 0)
        let error = await #expect(throws: QueryError.self) {
            try await stage.engine.answer(typed: "SELECT nope FROM github.commits")
        }
        #expect(error?.sentence.contains("nope") ?? false)
    }

    @Test("Without the program every source reports it and what to do")
    func absent() async throws {
        let stage = try Stage(kind: .coral, extra: { _ in ["PATH": "/nowhere"] })
        let error = await #expect(throws: QueryError.self) { try await stage.query("SELECT 1 FROM github.commits") }
        #expect(error?.kind == .notConfigured && error?.sentence.contains("PATH") ?? false)
    }
}
