import Basics
import FoundationEssentials
import Glibc
import SourceFetch
import TestSupport

@testable import SourceSpec

/// A program that answers as `coral` does, in a folder of its own.
struct FakeCoral {
    /// The two forms of its output and its errors: up to 0.1.x, and later.
    enum Generation: String, CaseIterable, Sendable { case early = "A", later = "L" }

    let folder = TemporaryFolder()

    var path: String { "\(folder.path)/coral" }

    /// Runs the shell script; its arguments are those of `coral`.
    init(_ script: String) throws {
        try install("#!/bin/sh\n" + script)
    }

    /// Reads statements over the tables, which are JSON by `schema.table`:
    ///
    ///     {"acme.items": {"columns": ["id"], "filters": ["since"], "required": ["owner"], "cap": 3, "ignored": ["since"],
    ///                     "bounds": {"since": [">=", "time"]}, "rows": [{"id": 1}]}}
    ///
    /// A filter that is a column keeps the rows of that value; one under `bounds` compares a column; one that is
    /// `ignored` does nothing.
    init(_ generation: Generation, tables: String) throws {
        try Self.write(generation.rawValue, to: "\(folder.path)/generation")
        try Self.write(tables, to: "\(folder.path)/tables.json")
        try install(Self.engine)
    }

    /// Runs a statement; the folder lives as long.
    func run(
        _ sql: String, _ environment: [String: String] = [:], columns: [String] = [],
        until deadline: ContinuousClock.Instant? = nil
    ) async throws -> RowSet {
        defer { withExtendedLifetime(self) {} }
        return try await program(environment).run(sql, columns: columns, until: deadline)
    }

    /// Tables read through the program; the folder lives as long.
    func pages(
        _ environment: [String: String] = [:], inputs: [String: String] = [:], time: TestTime = TestTime()
    ) -> CoralPages {
        CoralPages(
            program: program(environment), inputs: { [folder] in folder.path.isEmpty ? nil : inputs[$0] },
            clock: time.clock, sleep: { try time.sleep($0) })
    }

    private func program(_ environment: [String: String]) -> CoralProgram {
        CoralProgram(
            path: path, environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, clock: TestTime().clock)
    }

    /// The statements so far, in order.
    var statements: [String] {
        let text = (try? String(contentsOfFile: "\(folder.path)/statements", encoding: .utf8)) ?? ""
        return text.split(separator: "\u{1E}").map { String($0) }
    }

    private func install(_ text: String) throws {
        try Self.write(text, to: path)
        chmod(path, 0o755)
    }

    private static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    private static let engine = #"""
        #!/usr/bin/env python3
        import json, operator, os, re, sys

        here = os.path.dirname(os.path.abspath(__file__))
        early = open(here + "/generation").read() == "A"
        tables = json.load(open(here + "/tables.json"))

        def fail(code, message, summary, detail, hint):
            if early:
                text = message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                sys.stderr.write('Error: status: %s, message: "%s", details: [], metadata: MetadataMap { headers: {} }\n' % (code, text))
            else:
                sys.stderr.write("Error: %s\nDetail: %s\nHint: %s\n" % (summary, detail, hint))
            sys.exit(1)

        def tokens(sql):
            pattern = r"""\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|=>|[A-Za-z_][A-Za-z_0-9]*|-?[0-9][0-9.eE+-]*|[.,=()])"""
            found, place = [], 0
            while sql[place:].strip():
                match = re.compile(pattern, re.S).match(sql, place)
                if not match:
                    fail("InvalidArgument", "sql parser error: " + sql[place:], "Query request is invalid", sql[place:], "Check the SQL.")
                found.append(match.group(1))
                place = match.end()
            return found

        def name(token):
            return token[1:-1].replace('""', '"') if token.startswith('"') else token.lower()

        def value(token):
            if token.startswith("'"):
                return token[1:-1].replace("''", "'")
            return {"TRUE": True, "FALSE": False}[token] if token in ("TRUE", "FALSE") else json.loads(token)

        if sys.argv[1:] == ["--version"]:
            print("coral 0.1.1" if early else "coral 0.4.1")
            sys.exit(0)
        if sys.argv[1:4] != ["sql", "--format", "json"] or len(sys.argv) != 5 or sys.argv[4].startswith("-"):
            sys.stderr.write("error: unexpected argument found\n\nUsage: coral sql [OPTIONS] <SQL>\n")
            sys.exit(2)

        sql = sys.argv[4]
        with open(here + "/statements", "a") as log:
            log.write(sql + "\x1e")
        rest = tokens(sql)
        assert rest.pop(0) == "SELECT"
        columns = [name(rest.pop(0))]
        while rest.pop(0) == ",":
            columns.append(name(rest.pop(0)))
        schema, _, table = name(rest.pop(0)), rest.pop(0), name(rest.pop(0))
        full = schema + "." + table
        given, limit = {}, None
        if rest and rest[0] == "(":
            rest.pop(0)
            while rest[0] != ")":
                argument, arrow, literal = rest.pop(0), rest.pop(0), rest.pop(0)
                assert arrow == "=>"
                given[name(argument)] = value(literal)
                if rest[0] == ",":
                    rest.pop(0)
            rest.pop(0)
        while rest:
            word = rest.pop(0)
            if word == "LIMIT":
                limit = int(rest.pop(0))
            else:
                assert word in ("WHERE", "AND")
                column, equals, literal = rest.pop(0), rest.pop(0), rest.pop(0)
                assert equals == "="
                given[name(column)] = value(literal)

        if full not in tables:
            fail("NotFound", "table 'datafusion.%s' not found" % full, "Table `%s` not found" % full,
                 "No table `%s` exists in schema `%s`." % (table, schema), "Inspect `coral.tables`.")
        spec = tables[full]
        filters = spec.get("filters", [])
        for column in columns + [f for f in given if f not in filters]:
            if column not in spec["columns"]:
                fail("InvalidArgument", "Schema error: No field named %s." % column, "No column named `%s`" % column,
                     "No column `%s` is in scope." % column, "Did you mean `id`?")
        for required in spec.get("required", []):
            if required not in given:
                fail("FailedPrecondition", "%s requires WHERE %s = <constant>" % (full, required),
                     "%s requires `WHERE %s = <constant>`" % (full, required), "missing required filter",
                     "Add a constant equality filter on `%s`." % required)
        rows = spec["rows"]
        compare = {">=": operator.ge, "<": operator.lt, "=": operator.eq}
        for key, wanted in given.items():
            if key in spec.get("ignored", []):
                continue
            how, column = spec.get("bounds", {}).get(key, ["=", key])
            rows = [row for row in rows if compare[how](row.get(column), wanted)]
        most = limit if limit is not None else spec.get("cap")
        rows = rows if most is None else rows[:most]
        cells = [{c: row.get(c) for c in columns} for row in rows]
        if early:
            cells = [{c: v for c, v in row.items() if v is not None} for row in cells]
        print(json.dumps(cells, separators=(",", ":"), ensure_ascii=False))
        """#
}
