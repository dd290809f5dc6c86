import Basics
import Configuration
import FoundationEssentials
import Glibc
import IncidentStore
import OnCallModel
import TestSupport
import Testing

@testable import AgentCore

@Suite("Generated: digest")
struct GeneratedDigestTests {
    @Test("docs/examples/digest.md is the digest of the demo's week")
    func example() async throws {
        let stage = try Stage()
        var settings = Settings()
        settings.budgets = [
            .with { ($0.scope, $0.name, $0.period, $0.amount) = (.feature, "support-bot", .month, 10) },
            .with { ($0.scope, $0.period, $0.amount) = (.project, .month, 1000) },
        ]
        try settings.document.serialized.write(
            toFile: "\(stage.folder.path)/settings.json", atomically: true, encoding: .utf8)
        // A quiet scan in the week before, the demo's scan, and the Monday after it.
        stage.moment.withLock { $0 = Stage.start - .days(7) }
        _ = try await stage.scan(carryingOutActs: false)
        stage.moment.withLock { $0 = Stage.start }
        _ = try await stage.scan(carryingOutActs: false)
        stage.moment.withLock { $0 = $0 + .days(5) + .hours(19) }
        _ = try await stage.agent.makeDigestOnce("2026-W48")
        let digest = try #require(try await StoreReader(stage.store).read(.digests(limit: 1)).first)
        // Which of the two incidents is found first differs from run to run.
        let text = digest.markdown
            .replacing(/Incident \d \(open, 5 d\): critical/, with: "Incident 1 (open, 5 d): critical")
            .replacing(/Incident \d \(open, 5 d\): high/, with: "Incident 2 (open, 5 d): high")
            .replacing(/critical cost_spike \d:/, with: "critical cost_spike 1:")
            .replacing(/high agent_loop \d:/, with: "high agent_loop 2:")
        let path =
            "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/examples/digest.md"
        if getenv("RECORD") != nil {
            try FileManager.default.createDirectory(
                atPath: String(path.dropLast("/digest.md".count)), withIntermediateDirectories: true)
            try Files.replace(path, with: Array(text.utf8), mode: 0o644)
            Issue.record("docs/examples/digest.md was recorded")
        }
        let stored = try String(contentsOfFile: path, encoding: .utf8)
        #expect(stored == text, "docs/examples/digest.md is out of date: run `make record`")
    }
}
