import Testing

@testable import SourceSpec

@Suite("Manifest diagnostics")
struct ManifestDiagnosticTests {
    @Test("a diagnostic reads as one line with file, place, path, reason and remedy")
    func spelling() throws {
        let broken = BrokenManifest.table(
            """
                request: {path: /items}
                pagination:
                  mode: page
                  ^
                columns: [{name: id, type: Utf8}]
            """)
        let diagnostic = try #require(broken.diagnostics().first)
        #expect(
            diagnostic.description
                == "sources/acme/manifest.yaml:13:7: tables[0].pagination: mode=page requires page_param. "
                + "Add \"page_param: page\".")
        #expect(diagnostic.lineText == "      mode: page")
        #expect(diagnostic.illustrated.hasSuffix("    " + "      mode: page\n" + "    " + "      ^"))
    }

    @Test("the diagnostic has the position of a table's fault", arguments: Self.tableFaults)
    func tables(fault: Fault) throws {
        try check(BrokenManifest.table(fault.marked), reason: fault.reason)
    }

    @Test("the diagnostic has the position of a top-level fault", arguments: Self.topFaults)
    func top(fault: Fault) throws {
        try check(BrokenManifest(fault.marked), reason: fault.reason)
    }

    @Test("the diagnostic has the position of a file table's fault", arguments: Self.fileFaults)
    func files(fault: Fault) throws {
        try check(BrokenManifest(fault.marked), reason: fault.reason)
    }

    private func check(_ broken: BrokenManifest, reason: String) throws {
        let diagnostics = broken.diagnostics()
        let found = try #require(
            diagnostics.first { $0.reason.contains(reason) }, "\(diagnostics.map(\.description))")
        #expect((found.line, found.column) == (broken.line, broken.column), "\(found)")
        #expect(diagnostics.count == 1, "\(diagnostics.map(\.description))")
        #expect(!found.remedy.isEmpty)
        #expect(found.lineText == broken.text.split(separator: "\n", omittingEmptySubsequences: false)[found.line - 1])
    }

    @Test("all faults of a file are reported at once, in the order of its lines")
    func several() {
        let broken = BrokenManifest.table(
            """
                request: {pth: /items}
                          ^
                columns: [{name: id, type: Utf9}, {name: ID, type: Utf8}]
            """)
        let reasons = broken.diagnostics().map(\.reason)
        #expect(
            reasons == [
                "path is missing", "unknown key \"pth\"", "unsupported data type 'Utf9' in source manifest",
                "duplicate column \"ID\"",
            ])
    }

    @Test("an unknown key suggests the nearest known one")
    func suggestion() {
        let broken = BrokenManifest.table(
            """
                requets: {path: /items}
                ^
                columns: [{name: id, type: Utf8}]
            """)
        #expect(broken.diagnostics().contains { $0.remedy == "Did you mean \"request\"?" })
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var reason: String
        var marked: String
        var testDescription: String { reason }
    }
}
