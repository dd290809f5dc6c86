import Basics
import IncidentStore
import OnCallModel
import Testing

@Suite("What is known of outputs")
struct QualityTests {
    private func profile(_ key: String) -> OutputProfile {
        var profile = OutputProfile()
        for _ in 0..<12 { profile.add(.document(.object([.init(key, 1)]))) }
        return profile
    }

    private func drifted(_ feature: String = "support-bot") -> FeatureSnapshot {
        FeatureSnapshot(
            feature: feature, state: .drifted, profile: profile("response"), candidate: profile("answer"),
            capturedAt: .minute(0), lookedAt: .minute(9), newestOutput: .minute(8), checked: 20, failed: 17)
    }

    @Test("snapshots come back as they were, drifting ones first")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        var calm = drifted("a-feature")
        (calm.state, calm.candidate) = (.learned, nil)
        let all = [calm, drifted()]
        try await writer.transaction { try $0.saveSnapshots(all) }
        try await writer.transaction { try $0.saveSnapshots(all) }
        let reader = StoreReader(fixture.path)
        #expect(try await reader.read(.features) == [drifted(), calm])
        #expect(try await reader.read(.feature("support-bot"))?.failRate == 0.85)
        #expect(try await reader.read(.feature("nothing")) == nil)
    }

    @Test("an acceptance makes the next version, keeps the one before, and outlives a look that was under way")
    func acceptance() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let before = drifted()
        try await writer.transaction { try $0.saveSnapshots([before]) }
        let accepted = try await writer.transaction {
            try $0.acceptOutputs(of: "support-bot", by: "alice", at: .minute(10))
        }
        #expect(accepted?.version == 2)
        #expect(accepted?.profile == before.candidate)
        let again = try await writer.transaction { try $0.acceptOutputs(of: "support-bot", by: "bob", at: .minute(11)) }
        #expect(again == nil)
        try await writer.transaction { try $0.saveSnapshots([before]) }
        let reader = StoreReader(fixture.path)
        #expect(try await reader.read(.feature("support-bot")) == accepted)
        let version = try #require(try await reader.read(.snapshotVersions(of: "support-bot")).first)
        #expect(version.version == 1 && version.replacedBy == "alice" && version.profile == before.profile)
    }

    @Test("a drift is written down when it opens, gets worse or opens again, with whom it is blamed on")
    func events() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let suspect = Suspect(sha: "f1a8b33", title: "rewrite prompt", author: "bob", score: 5, why: [])
        func see(_ scan: Int, _ severity: Severity, _ suspect: Suspect?) async throws {
            let finding = Finding.sample("support-bot", type: .promptDrift, severity: severity)
            let now = Instant.minute(Double(scan))
            try await writer.transaction { store in
                let record = try store.record(finding, scan: "scan-\(scan)", at: now)
                let event = DriftEvent(
                    id: 0, feature: "support-bot", at: now, facts: .schema(SchemaDriftFacts()), severity: severity,
                    failRate: 0.4)
                try store.recordDrift(event, incident: record.incident, scan: "scan-\(scan)", suspect: suspect, at: now)
            }
        }
        try await see(1, .medium, nil)
        try await see(2, .medium, suspect)
        try await see(3, .high, suspect)
        try await see(4, .medium, suspect)
        try await see(5, .high, suspect)
        let reader = StoreReader(fixture.path)
        let events = try await reader.read(.driftEvents(limit: 10))
        #expect(events.map(\.severity) == [.high, .medium])
        #expect(events.map(\.blameSHA) == ["f1a8b33", "f1a8b33"])
        try await writer.transaction { store in _ = try store.resolve(1, by: "alice", at: .minute(6)) }
        try await see(7, .medium, suspect)
        #expect(try await reader.read(.driftEvents(limit: 10)).map(\.severity) == [.medium, .high, .medium])
    }

    @Test("an incident is resolved as unseen only by a scan that could judge its finding")
    func judged() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let finding = Finding.sample("support-bot", type: .promptDrift)
        _ = try await writer.transaction { try $0.record(finding, scan: "s1", at: .minute(0)) }
        func unseen(_ known: Set<Fingerprint>) async throws -> Int {
            try await writer.transaction {
                try $0.unseen(since: .minute(60)) { known.contains($0.fingerprint) }.count
            }
        }
        #expect(try await unseen([]) == 0)
        #expect(try await unseen([finding.fingerprint]) == 1)
    }
}
