import Basics
import IncidentStore
import OnCallModel
import Testing

@Suite("Findings of one incident")
struct GroupedFindingTests {
    private let spike = Finding.sample("bot", type: .costSpike, severity: .high, cost: 4)
    private let errors = Finding.sample("4401", type: .errorCascade, severity: .critical, cost: 3)

    private func both(_ store: StoreTransaction, scan: String, at now: Instant) throws -> (FindingRecord, FindingRecord)
    {
        let first = try store.record(spike, scan: scan, at: now)
        let joining = Joining(incident: first.incident, why: "both began within the hour")
        let second = try #require(
            try store.recordFinding(errors, scan: scan, joining: joining, reopenWithin: .hours(6), at: now))
        return (first, second)
    }

    @Test(
        "a finding that joins is a part of the incident: seen once a scan, as bad as the worse, the dollars counted once"
    )
    func joins() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        for scan in 0..<3 {
            let (first, second) = try await writer.transaction {
                try both($0, scan: "s\(scan)", at: .minute(Double(scan) * 15))
            }
            #expect(first.incident == second.incident)
            #expect(second.joined == (scan == 0))
            #expect(second.occurrences == scan + 1)
        }
        let detail = try #require(try await writer.read { try $0.incident(1) })
        #expect(try await writer.read { try $0.incidents(limit: 9) }.count == 1)
        #expect(detail.summary.type == .costSpike && detail.summary.subject == "bot")
        #expect(detail.summary.severity == .critical)
        #expect(detail.summary.costPerHour == 4)
        #expect(detail.findings.map(\.subject) == ["bot", "4401"])
        #expect(detail.findings.map(\.occurrences) == [3, 3])
        #expect(detail.findings.last?.why == "both began within the hour")
        let events = try await writer.read { try $0.timeline(ofIncident: 1) }.map(\.event)
        #expect(events.count { $0.hasPrefix("Joined: ") } == 1, "\(events)")
    }

    @Test("what comes back alone opens the incident that it belonged to")
    func reopensTogether() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            _ = try both(store, scan: "a", at: .minute(0))
            _ = try store.resolve(1, by: "alice", at: .minute(10))
        }
        let back = try await writer.transaction { try $0.record(errors, scan: "b", at: .minute(30)) }
        #expect(back.incident == 1 && back.reopened)
    }

    @Test("an incident is over when none of its findings is seen and each could have been")
    func resolving() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        _ = try await writer.transaction { try both($0, scan: "a", at: .minute(0)) }
        let half = try await writer.transaction {
            try $0.unseen(since: .minute(60)) { [.costSpike].contains($0.type) }
        }
        #expect(half.isEmpty)
        let whole = try await writer.transaction {
            try $0.unseen(since: .minute(60)) { [.costSpike, .errorCascade].contains($0.type) }
        }
        #expect(whole.map(\.id) == [1])
    }

    @Test("an incident that turns out to be a part of another goes into it, unless somebody was told of it")
    func absorbing() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            _ = try store.record(spike, scan: "a", at: .minute(0))
            _ = try store.record(errors, scan: "b", at: .minute(5))
            #expect(try store.absorb(2, into: 1, why: "both are blamed on commit abc1234", at: .minute(6)))
            #expect(try !store.absorb(2, into: 1, why: "", at: .minute(6)), "it is gone")
        }
        let detail = try #require(try await writer.read { try $0.incident(1) })
        #expect(detail.findings.map(\.subject) == ["bot", "4401"])
        #expect(detail.summary.severity == .critical)
        #expect(try await writer.read { try $0.incident(2) } == nil)
        #expect(try await writer.read { try $0.uninvestigatedIncidents() } == [1])
        try await writer.transaction { store in
            let told = try store.record(.sample("later", type: .toolFailure), scan: "c", at: .minute(9)).incident
            _ = try store.send(.postIncident(incident: told), of: told, at: .minute(9))
            #expect(try !store.absorb(told, into: 1, why: "late", at: .minute(10)))
        }
    }
}
