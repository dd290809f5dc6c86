import Basics
import IncidentStore
import OnCallModel
import Testing

@Suite("Notices in the store")
struct NoticeTests {
    private func opened(_ fixture: Fixture, _ notices: [Action]) async throws -> (StoreWriter, [ActRecord]) {
        let writer = try await fixture.writer()
        let acts = try await writer.transaction { store in
            _ = try store.record(.sample(), scan: "a", at: .minute(0))
            return try notices.map { try store.send($0, of: 1) }
        }
        return (writer, acts)
    }

    private func attempt(_ act: ActRecord, _ outcome: Outcome, _ writer: StoreWriter, at now: Instant) async throws {
        _ = try await writer.transaction { try $0.beginAttempt(act.id, at: now) }
        _ = try await writer.transaction { try $0.finish(act.id, outcome, at: now) }
    }

    private static let refused = Outcome.refused(reason: "Slack refused (is_archived).")

    @Test("A refused notice is tried again after 30 s, then after twice as long, up to 15 min")
    func growingPauses() async throws {
        let (writer, acts) = try await opened(try Fixture(), [.postIncident(incident: 1)])
        var now = Fixture.start
        var pauses: [Double] = []
        for _ in 0..<7 {
            try await attempt(acts[0], Self.refused, writer, at: now)
            let due = try #require(try await writer.read { try $0.nextActDue() })
            pauses.append((due - now).seconds)
            now = due
        }
        #expect(pauses == [30, 60, 120, 240, 480, 900, 900])
        let summary = try #require(try await writer.read { try $0.incident(1) }).summary
        #expect(summary.undelivered == ["slack: Slack refused (is_archived)."] && summary.life.notifiedAt == nil)
        let told = try await writer.read { try $0.timeline(ofIncident: 1) }.filter {
            $0.event.contains("not delivered")
        }
        #expect(told.count == 1, "the same reason is told once")
        try await attempt(acts[0], .done(detail: "Posted.", reference: "C1/2.0"), writer, at: now)
        let after = try #require(try await writer.read { try $0.incident(1) }).summary
        #expect(after.undelivered.isEmpty && after.life.notifiedAt == now)
    }

    @Test("A refused notice of a resolved incident is given up")
    func resolved() async throws {
        let (writer, acts) = try await opened(try Fixture(), [.updatePost(incident: 1, text: "Resolved")])
        _ = try await writer.transaction { try $0.resolve(1, by: "eve", at: .minute(1)) }
        try await attempt(acts[0], Self.refused, writer, at: .minute(2))
        #expect(try await writer.read { try $0.act(acts[0].id) }?.state == .failed)
    }

    @Test("Newer text replaces older text that was not sent; replies wait for the post and are not sent after it")
    func replaced() async throws {
        let (writer, acts) = try await opened(
            try Fixture(), [.postIncident(incident: 1), .postReply(incident: 1, text: "a")])
        #expect(try await writer.read { try $0.dueActs(at: .minute(1)) }.map(\.id) == [acts[0].id])
        try await attempt(acts[0], Self.refused, writer, at: .minute(1))
        let newer = try await writer.transaction { try $0.send(.postReply(incident: 1, text: "b"), of: 1) }
        #expect(try await writer.read { try $0.act(acts[1].id) }?.detail == "Replaced by a newer notice.")
        try await attempt(acts[0], .done(detail: "", reference: "C1/2.0"), writer, at: .minute(9))
        #expect(try await writer.read { try $0.act(newer.id) }?.state == .failed)
        #expect(try await writer.read { try $0.dueActs(at: .minute(99)) }.isEmpty)
    }

    @Test("After a rate limit nothing goes to that provider until the time it named; other providers go on")
    func limits() async throws {
        let fixture = try Fixture()
        let (writer, acts) = try await opened(fixture, [.postIncident(incident: 1), .openIssue(incident: 1)])
        try await attempt(acts[0], .retry(reason: "429", after: .minutes(5)), writer, at: .minute(0))
        let other = try await writer.transaction { store in
            _ = try store.record(.sample("other"), scan: "b", at: .minute(1))
            return try store.send(.postIncident(incident: 2), of: 2, at: .minute(1))
        }
        #expect(try await writer.read { try $0.dueActs(at: .minute(4)) }.map(\.id) == [acts[1].id])
        #expect(try await writer.read { try $0.nextLimitEnd(after: .minute(4)) } == .minute(5))
        #expect(try await writer.read { try $0.nextActDue(after: .minute(4)) } == .minute(5))
        #expect(
            Set(try await writer.read { try $0.dueActs(at: .minute(5)) }.map(\.id)) == Set(acts.map(\.id) + [other.id]))
    }
}
