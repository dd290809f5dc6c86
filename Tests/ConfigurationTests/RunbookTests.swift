import Configuration
import FoundationEssentials
import OnCallModel
import Testing

@Suite("Runbooks")
struct RunbookTests {
    private func folder(_ files: [String: String]) throws -> RunbookFolder {
        let path = "\(FileManager.default.temporaryDirectory.path)/sentinel-runbooks-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return RunbookFolder(path)
    }

    private static let loops = """
        ---
        title: An agent loops
        serves:
          - class: agent_loop
            subject: research-*
          - error: "*RateLimit*"
        ---
        # First

        Look at the trace.
        """

    @Test("a rule matches if all of its members do; one matching rule is enough")
    func matching() throws {
        let book = try #require(try folder(["loops.md": Self.loops]).runbooks.first)
        #expect(book.named == RunbookName(name: "loops", title: "An agent loops"))
        #expect(book.text.hasPrefix("# First"))
        func serves(_ type: DetectionType, _ subject: String, _ errors: [String] = []) -> Bool {
            book.serves(.init(type: type, subject: subject, errors: errors))
        }
        #expect(serves(.agentLoop, "research-agent"))
        #expect(!serves(.agentLoop, "support-bot") && !serves(.costSpike, "research-agent"))
        #expect(serves(.costSpike, "x", ["Other", "openai.RateLimitError: 429"]))
    }

    @Test("a file that cannot be read is named with its line")
    func problems() throws {
        let folder = try folder([
            "a.md": "# No head", "b.md": "---\nserves:\n  - class: agent_lop\n---\n", "c.md": Self.loops,
            "d.md": "---\nserves: []\n---\n", "e.md": "---\nserves:\n  - clas: agent_loop\n---\n", "README.md": "none",
        ])
        #expect(folder.runbooks.map(\.named.name) == ["c"])
        #expect(
            folder.problems == [
                "a.md:1: The head is missing. Begin the file with ---, serves: and ---.",
                "b.md:3: Unknown class \"agent_lop\". Did you mean \"agent_loop\"?",
                "d.md:2: serves must be a list with at least one rule.",
                "e.md:3: Unknown key \"clas\". Did you mean \"class\"?",
            ])
    }

    @Test("the check names rules that matched no incident so far")
    func check() throws {
        let occasion = Runbook.Occasion(type: .agentLoop, subject: "research-agent", errors: [""])
        let check = RunbookCheck(try folder(["loops.md": Self.loops]), occasions: [occasion])
        #expect(check.problems == ["loops.md:6: matches no incident so far: error *RateLimit*."])
    }
}
