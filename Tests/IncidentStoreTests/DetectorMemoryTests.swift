import Basics
import Foundation
import IncidentStore
import OnCallModel
import SQLiteKit
import Testing

@Suite("What detectors remember")
struct DetectorMemoryTests {
    private func tool() -> ToolProfile {
        var profile = OutputProfile()
        profile.add(.document(["hits": [["id": 1]], "total": 3]))
        return ToolProfile(
            tool: "search/kb", profile: profile, lengths: [40, 41], errors: 2, empties: 3, pages: 1, comparisons: 9,
            repeats: 4, learnedAt: .minute(0))
    }

    @Test("a memory is read back as it was saved; only what changed is written, and what is gone is deleted")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let before = ["search/kb": tool(), "new": ToolProfile(tool: "new", learnedAt: .minute(0))]
        func save(_ memory: [String: ToolProfile], since: [String: ToolProfile], at now: Instant) async throws {
            try await writer.transaction { try $0.saveMemory(memory, since: since, of: .toolFailure, at: now) }
        }
        func memory() async throws -> [String: ToolProfile] {
            try await writer.read { try $0.memory(of: .toolFailure) }
        }
        try await save(before, since: [:], at: .minute(1))
        #expect(try await memory() == before)
        #expect(try await writer.read { try $0.memory(of: .costSpike, as: ToolProfile.self) } == [:])

        var after = before
        after["search/kb"]?.errors = 5
        after["search/kb"]?.lookedAt = .minute(9)
        after["new"] = nil
        after["other"] = ToolProfile(tool: "other", learnedAt: .minute(2))
        try await save(after, since: before, at: .minute(9))
        #expect(try await memory() == after)
        try await save(after, since: after, at: .minute(20))
        try await writer.transaction { try $0.prune(before: .minute(10)) }
        #expect(try await memory() == [:])
    }

    @Test("a memory that another version wrote is learnt anew, and the others stay")
    func unreadable() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction {
            try $0.saveMemory(["a": 1, "b": 2], since: [:], of: .toolFailure, at: .minute(1))
            try $0.saveMemory(["search/kb": tool()], since: [:], of: .toolFailure, at: .minute(1))
        }
        #expect(try await writer.read { try $0.memory(of: .toolFailure) } == ["search/kb": tool()])
    }

    @Test("the memory of a drift is the table that people read and accept")
    func snapshots() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let snapshot = FeatureSnapshot(
            feature: "support-bot", state: .learning, profile: tool().profile, capturedAt: .minute(0))
        try await writer.transaction {
            try $0.saveMemory(["support-bot": snapshot], since: [:], of: .promptDrift, at: .minute(1))
        }
        #expect(try await StoreReader(fixture.path).read(.features) == [snapshot])
        #expect(try await writer.read { try $0.memory(of: .promptDrift) } == ["support-bot": snapshot])
    }

    @Test("what was known of tools before is remembered after the migration")
    func migration() async throws {
        let fixture = try Fixture()
        var tool = tool()
        tool.lookedAt = .minute(9)
        try FileManager.default.createDirectory(
            atPath: fixture.directory + "/state", withIntermediateDirectories: true)
        do {
            let old = try Connection(path: fixture.path, mode: .readWriteCreate)
            try Migrations.through("4-life").migrate(old)
            try old.run(
                """
                INSERT INTO tool_profile (tool_name, profile_json, lengths, errors, empties, pages, comparisons, repeats,
                    learned_at, looked_at) VALUES (?, ?, '[40,41]', 2, 3, 1, 9, 4, ?, ?)
                """,
                [
                    .text(tool.tool), .text(tool.profile.json.serialized), .init(tool.learnedAt),
                    .init(Instant.minute(9)),
                ])
            try old.run("INSERT INTO tool_profile (tool_name, profile_json, learned_at) VALUES ('broken', '{', '')")
        }
        let writer = try await fixture.writer()
        #expect(try await writer.read { try $0.memory(of: .toolFailure) } == [tool.tool: tool])
    }

    @Test("a detector is told of its past findings: those of open incidents, and those that were seen lately")
    func past() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let past = try await writer.transaction { store in
            for (subject, minute) in [("old", 5.0), ("late", 50), ("open", 5)] {
                let at = Instant.minute(minute)
                let record = try store.record(.sample(subject, lastSeen: at), scan: "s", at: at)
                if subject != "open" { _ = try store.resolve(record.incident, by: "eve", at: .minute(60)) }
            }
            _ = try store.record(.sample("bot", type: .costSpike, lastSeen: .minute(50)), scan: "s", at: .minute(50))
            return try store.snapshot.pastFindings(since: .minute(40))
        }
        #expect(past[.costSpike]?.map(\.subject) == ["bot"])
        #expect(past.count == 2)
        let expected = [("open", Instant.minute(5), false), ("late", .minute(50), true)].map {
            PastFinding(subject: $0, firstSeen: $1 - .minutes(30), lastSeen: $1, isResolved: $2)
        }
        #expect(past[.agentLoop] == expected)
    }
}
