import Basics
import Governance
import OnCallModel
import Testing

@testable import IncidentStore

@Suite("A storm in the store")
struct StormStoreTests {
    private static let kill = Action.killLoop(traces: ["trace-1", "trace-2", "trace-3"], agent: "researcher")

    /// Three looping traces of one incident, and a request to kill all of them.
    private static func storm(_ store: StoreTransaction) throws -> (incident: Int64, request: ApprovalItem) {
        let incident = try store.record(.sample("trace-1"), scan: "s1", at: .minute(0)).incident
        for trace in ["trace-1", "trace-2", "trace-3"] {
            if trace != "trace-1" {
                _ = try store.recordFinding(
                    .sample(trace), scan: "s1", joining: Joining(incident: incident, why: "alike"),
                    reopenWithin: .hours(6), at: .minute(0))
            }
            try store.upsertLoop(.sample(trace), incident: incident, asOf: .minute(0))
        }
        return (incident, try store.ask(Self.kill, incident: incident))
    }

    @Test("every trace of a request shows it, and its cost is that of all traces")
    func members() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let (incident, request) = try Self.storm(store)
            for trace in Self.kill.traces { #expect(try store.snapshot.loop(trace: trace)?.request == request.id) }
            let summary = try #require(try store.snapshot.incident(incident)?.summary)
            #expect(summary.parts == 3 && summary.costPerHour == 12 && summary.occurrences == 1)
        }
    }

    @Test("a wider draft widens the pending request; an order for one trace leaves it with the others")
    func widerAndNarrower() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let (incident, request) = try Self.storm(store)
            let wider = Action.killLoop(traces: Self.kill.traces + ["trace-4"], agent: "researcher")
            let same = try store.ask(wider, incident: incident)
            #expect(same.id == request.id && same.action == wider)
            let ordered = try store.order("trace-2", intent: 4, of: incident, at: .minute(1))
            #expect(ordered.action.traces == ["trace-2"] && ordered.request == nil)
            let left = try #require(try store.snapshot.approval(request.id))
            #expect(left.status == .pending && left.action.traces == ["trace-1", "trace-3", "trace-4"])
            #expect(try store.snapshot.loop(trace: "trace-2")?.status == .killing)
            guard case .accepted = try store.approve(request.id, by: "bob", at: .minute(2)) else {
                throw Unexpected("refused")
            }
            let acts = try store.snapshot.acts(ofIncident: incident)
            #expect(acts.map(\.action.traces) == [["trace-2"], ["trace-1", "trace-3", "trace-4"]])
        }
    }

    @Test("a kill that stopped some of its traces says which")
    func partly() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let (_, request) = try Self.storm(store)
            guard case .accepted(let item) = try store.approve(request.id, by: "bob", at: .minute(1)) else {
                throw Unexpected("refused")
            }
            let act = try #require(item.act)
            #expect(try store.beginAttempt(act.id, at: .minute(1)))
            #expect(
                try store.finish(
                    act.id, .failed(reason: "one went on", stopped: ["trace-1", "trace-3"]), at: .minute(2)))
            let states = try Self.kill.traces.map { try store.snapshot.loop(trace: $0)?.status }
            #expect(states == [.killed, .killFailed, .killed])
        }
    }

    @Test("an automatic kill of many counts for the budget once for each trace")
    func budget() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let (incident, _) = try Self.storm(store)
            let facts = LoopFacts.with { ($0.agent, $0.looped, $0.isRepetitive) = ("researcher", 30, true) }
            let group = ["trace-1", "trace-2"].map { Finding.sample($0, facts: .loop(facts)) }
            let decision = Gate.standard.route(
                group, incident: incident, suspects: [],
                in: try store.snapshot.circumstances(ofIncident: incident, at: .minute(1)), now: .minute(1))
            for permission in decision.acts { try store.enqueue(permission, at: .minute(1)) }
            #expect(try store.snapshot.circumstances(ofIncident: nil, at: .minute(2)).automaticKills.count == 2)
        }
    }

    @Test("an incident that people know is closed into another: its findings, loops and kills count for the other one")
    func close() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let first = try store.record(.sample("bot", type: .costSpike), scan: "s1", at: .minute(0)).incident
            let (second, request) = try Self.storm(store)
            let post = try store.send(.postIncident(incident: second), of: second)
            let turn = try #require(try store.close(second, into: first, why: "one cause", at: .minute(3)))
            #expect(turn.edit == "Merged into incident \(first): one cause.")
            let (head, gone) = (
                try #require(try store.snapshot.incident(first)), try #require(try store.snapshot.incident(second))
            )
            #expect(head.findings.map(\.subject).sorted() == ["bot", "trace-1", "trace-2", "trace-3"])
            #expect(head.lead?.subject == "bot")
            #expect(gone.summary.state == .resolved && gone.summary.subject == "trace-1" && gone.summary.parts == 3)
            #expect(try store.snapshot.approval(request.id)?.status == .expired)
            #expect(try store.snapshot.act(post.id)?.state == .failed, "it was not posted yet")
            #expect(try store.snapshot.loop(trace: "trace-1")?.incident == first)
            let seen = try store.record(.sample("trace-2"), scan: "s2", at: .minute(15))
            #expect(seen.incident == first && !seen.reopened)
            #expect(try store.close(second, into: first, why: "again", at: .minute(4)) == nil)
        }
    }
}
