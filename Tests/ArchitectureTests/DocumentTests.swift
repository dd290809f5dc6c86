import Testing

@Suite("ARCHITECTURE.md and CONTRIBUTING.md")
struct DocumentTests {
    @Test("ARCHITECTURE.md has a paragraph for every module")
    func modules() throws {
        let text = try Repository.text(of: "ARCHITECTURE.md")
        let targets = Set(try Repository.swiftFiles(under: "Sources").map(\.target))
        #expect(targets.count > 25)
        #expect(targets.filter { !text.contains("**\($0)**") } == [])
    }

    @Test("the Swift files that they name exist", arguments: ["ARCHITECTURE.md", "CONTRIBUTING.md"])
    func files(document: String) throws {
        let known = Set(try Repository.swiftFiles(under: "Sources").map { Self.name(of: $0.path) }).union([
            "Package.swift"
        ])
        let quoted = try Repository.text(of: document).split(separator: "`", omittingEmptySubsequences: false)
        let named = quoted.enumerated().filter { $0.offset % 2 == 1 && $0.element.hasSuffix(".swift") }
        // A name in angle brackets is a placeholder; `Risk` is the example of a pane.
        let files = named.map { Self.name(of: String($0.element)) }.filter {
            !$0.contains("<") && !$0.hasPrefix("Risk")
        }
        #expect(files.count > 5)
        #expect(files.filter { !known.contains($0) } == [])
    }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
