import SQLPrompt
import Testing

@testable import SourceSpec

@Suite("Completion of SQL")
struct SQLCompletionTests {
    static let names = NameCatalog(specs: [
        spec(
            "github",
            tables: [
                table("commits", ["sha", "author_name", "author_login"]),
                table("commit_files", ["sha", "filename"]), table("odd-named", ["order", "a b"]),
            ], functions: [table("search", ["title"], needed: ["q"])]),
        spec("sentry", tables: [table("issues", ["id", "title"])], functions: []),
    ])

    private static func spec(_ name: String, tables: [TableSpec], functions: [TableSpec]) -> SourceSpec {
        SourceSpec(name: name, version: "1.0.0", backend: .mcp, tables: tables, functions: functions)
    }

    private static func table(_ name: String, _ columns: [String], needed: [String] = []) -> TableSpec {
        TableSpec(
            name: name, filters: needed.map { FilterSpec(name: $0, isRequired: true) },
            request: RequestSpec(path: Template(literal: "/x")),
            columns: columns.map { ColumnSpec(name: $0, type: .utf8) })
    }

    /// `|` is the cursor.
    private func completion(_ text: String) -> SQLCompletion {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        return SQLCompletion(before: parts[0], after: parts.count > 1 ? parts[1] : "", names: Self.names)
    }

    @Test(
        "candidates",
        arguments: [
            // Keywords, in the case that is typed.
            ("sel|", ["select "]), ("SEL|", ["SELECT "]), ("SELECT 1 FR|", ["FROM "]), ("select 1 lim|", ["limit "]),
            ("SELECT sha FROM github.commits c WH|", ["WHERE ", "WHEN "]), ("SELECT 1 AS |", []),
            // Sources and their tables.
            ("SELECT * FROM |", ["github.", "sentry."]), ("SELECT * FROM gi|", ["github."]),
            ("SELECT * FROM github.|", ["commits ", "commit_files ", "\"odd-named\" ", "search("]),
            ("SELECT * FROM GITHUB.commit_|", ["commit_files "]), ("SELECT * FROM iss|", ["sentry.issues "]),
            ("SELECT * FROM github.commits, se|", ["sentry."]),
            ("WITH recent AS (SELECT 1) SELECT * FROM re|", ["recent "]),
            // Columns, with an alias and without, named before the cursor or after it.
            ("SELECT * FROM github.commits c WHERE c.|", ["sha", "author_name", "author_login"]),
            ("SELECT c.au| FROM github.commits AS c", ["author_name", "author_login"]),
            ("SELECT * FROM github.commits WHERE commits.s|", ["sha"]), ("SELECT sh| FROM github.commits", ["sha"]),
            ("SELECT github.commits.sh|", ["sha"]), ("SELECT s.ti| FROM github.search(q => 'x') s", ["title"]),
            ("SELECT | FROM sentry.issues i", ["id", "title", "i."]), ("SELECT x.| FROM sentry.issues i", []),
            ("SELECT i.t| FROM github.commits c\nJOIN sentry.issues i ON true", ["title"]),
            // Names are quoted where they must be, and an open quote is closed.
            ("SELECT * FROM github.od|", ["\"odd-named\" "]),
            ("SELECT o.| FROM github.\"odd-named\" o", ["\"order\"", "\"a b\""]),
            ("SELECT o.\"a| FROM github.\"odd-named\" o", ["\"a b\""]),
            // Nothing inside strings and comments, and nothing from the previous statement.
            ("SELECT 'sel|", []), ("SELECT 1 -- sel|", []), ("SELECT 1 /* sel|", []), ("SELECT 12|", []),
            ("SELECT * FROM github.commits c; SELECT c.|", []), ("SELECT 1; sel|", ["select "]),
            ("SELECT c.| ; SELECT 1 FROM github.commits c", []),
            // Functions.
            ("SELECT date_t|", ["date_trunc("]), ("SELECT count(sh|) FROM github.commits", ["sha"]),
        ])
    func candidates(text: String, expected: [String]) {
        #expect(completion(text).candidates == expected)
    }

    @Test(
        "the typed part of the word is replaced",
        arguments: [("SELECT * FROM gi|", 2), ("SELECT o.\"a| FROM github.\"odd-named\" o", 2), ("SELECT c.|", 0)])
    func typed(text: String, count: Int) {
        #expect(completion(text).typed == count)
    }

    @Test(
        "dot commands",
        arguments: [
            (".ta|", [".tables"]), (".s|", [".schema ", ".sources"]), (".format m|", ["markdown"]),
            (".offline |", ["on", "off"]), (".tables s|", ["sentry"]), (".schema gi|", ["github."]),
            (".schema github.commit|", ["github.commits", "github.commit_files"]), (".help |", []),
        ])
    func commands(text: String, expected: [String]) {
        #expect(completion(text).candidates == expected)
    }

    @Test("a multiplication is not a list of columns")
    func asterisk() {
        #expect(completion("SELECT * fr|").candidates == ["from "])
        #expect(completion("SELECT 2 * sh| FROM github.commits").candidates == ["sha"])
    }
}
