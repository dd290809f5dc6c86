import Basics
import SQLPrompt
import Testing

@testable import SourceSpec

@Suite("What the dot commands show")
struct NameCatalogTests {
    private let names = SQLCompletionTests.names

    @Test("tables of all sources and of one, functions with their arguments")
    func tables() throws {
        let all = try names.tables(of: nil)
        #expect(all.rows.count == 5)
        #expect(try names.tables(of: "SENTRY").rows == [["sentry.issues", "", ""]])
        #expect(all.rows.contains(["github.search(q)", "", ""]))
    }

    @Test("columns, by the full name or by the table name")
    func columns() throws {
        let expected: [[Value]] = [["id", "Utf8", "", ""], ["title", "Utf8", "", ""]]
        #expect(try names.columns(of: "sentry.issues").rows == expected)
        #expect(try names.columns(of: "ISSUES").rows == expected)
        #expect(try names.columns(of: "github.\"odd-named\"").rows.count == 2)
    }

    @Test("a filter that is not a column is listed too, and required filters are marked")
    func filters() throws {
        let pulls = TableSpec(
            name: "pulls",
            filters: [FilterSpec(name: "owner", isRequired: true), FilterSpec(name: "id", isRequired: true)],
            request: RequestSpec(path: Template(literal: "/pulls")), columns: [ColumnSpec(name: "id", type: .int64)])
        let names = NameCatalog(specs: [SourceSpec(name: "github", version: "1", backend: .mcp, tables: [pulls])])
        #expect(try names.columns(of: "pulls").rows == [["id", "Int64", "yes", ""], ["owner", "Utf8", "yes", ""]])
        #expect(try names.tables(of: nil).rows == [["github.pulls", "owner, id", ""]])
    }

    @Test("a table name that two sources have is ambiguous")
    func ambiguity() throws {
        var both = names
        both.add(table: "issues", of: "coral", columns: ["a"])
        let error = #expect(throws: UnknownName.self) { try both.columns(of: "issues") }
        #expect(error?.description == "\"issues\" is ambiguous. Use one of: sentry.issues, coral.issues.")
        #expect(try both.columns(of: "coral.issues").rows == [["a", "", "", ""]])
    }

    @Test("an unknown name gets a suggestion")
    func unknown() {
        let source = #expect(throws: UnknownName.self) { try names.tables(of: "sentri") }
        #expect(source?.description == "Source \"sentri\" does not exist. Did you mean sentry?")
        let table = #expect(throws: UnknownName.self) { try names.columns(of: "sentry.isues") }
        #expect(table?.description == "Table \"sentry.isues\" does not exist. Did you mean sentry.issues?")
    }
}
