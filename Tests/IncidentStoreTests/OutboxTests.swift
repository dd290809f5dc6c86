import Basics
import Governance
import IncidentStore
import OnCallModel
import Testing

@Suite("The outbox")
struct OutboxTests {
    private func opened(_ fixture: Fixture, _ action: Action? = nil) async throws -> (StoreWriter, ActRecord) {
        let writer = try await fixture.writer()
        let act = try await writer.transaction { store in
            let incident = try store.record(.sample(), scan: "a", at: .minute(0)).incident
            return try store.send(action ?? .postIncident(incident: incident), of: incident)
        }
        return (writer, act)
    }

    @Test("an act is in the outbox once, whatever comes later under its key")
    func idempotent() async throws {
        let fixture = try Fixture()
        let (writer, act) = try await opened(fixture)
        let again = try await writer.transaction { try $0.send(.postIncident(incident: 1), of: 1, at: .minute(9)) }
        #expect(again == act)
        #expect(try await writer.read { try $0.acts(ofIncident: 1) } == [act])
    }

    @Test("a waiting act is claimed by one, and its outcome is written once")
    func claimed() async throws {
        let fixture = try Fixture()
        let (writer, act) = try await opened(fixture)
        #expect(try await writer.read { try $0.dueActs(at: .minute(0)) } == [act])
        #expect(try await writer.transaction { try $0.beginAttempt(act.id, at: .minute(1)) })
        #expect(try await !writer.transaction { try $0.beginAttempt(act.id, at: .minute(1)) })
        #expect(try await writer.read { try $0.dueActs(at: .minute(9)) }.isEmpty)
        let done = Outcome.done(detail: "posted", reference: "171.5")
        #expect(try await writer.transaction { try $0.finish(act.id, done, at: .minute(2)) })
        #expect(try await !writer.transaction { try $0.finish(act.id, .failed(reason: "late"), at: .minute(3)) })
        let after = try #require(try await writer.read { try $0.act(act.id) })
        #expect(after.state == .done && after.reference == "171.5" && after.tries == 1)
        #expect(after.finishedAt == .minute(2))
        #expect(try await writer.read { try $0.slackThread(ofIncident: 1) } == "171.5")
    }

    @Test("an attempt without an outcome is found by the next agent, and is not due")
    func leftBehind() async throws {
        let fixture = try Fixture()
        let (writer, act) = try await opened(fixture)
        _ = try await writer.transaction { try $0.beginAttempt(act.id, at: .minute(1)) }
        await writer.release()
        let next = try await fixture.writer(at: .minute(2))
        #expect(try await next.read { try $0.unfinishedAttempts() }.map(\.id) == [act.id])
        #expect(try await next.read { try $0.dueActs(at: .minute(999)) }.isEmpty)
        _ = try await next.transaction {
            try $0.finish(act.id, .unknown(reason: "it may have gone out"), at: .minute(2))
        }
        #expect(try await next.read { try $0.unfinishedAttempts() }.map(\.detail) == ["it may have gone out"])
    }

    @Test("a retry waits as long as it was told to, else longer each time")
    func retries() async throws {
        let fixture = try Fixture()
        let (writer, act) = try await opened(fixture)
        var now = Fixture.start
        var pauses: [Double] = []
        for told in [Span.seconds(77), nil, nil, nil] {
            _ = try await writer.transaction { [now] in try $0.beginAttempt(act.id, at: now) }
            _ = try await writer.transaction { [now] in
                try $0.finish(act.id, .retry(reason: "429", after: told), at: now)
            }
            let due = try #require(try await writer.read { try $0.nextActDue() })
            pauses.append((due - now).seconds)
            #expect(try await writer.read { try $0.dueActs(at: due - .milliseconds(1)) }.isEmpty)
            now = due
        }
        #expect(pauses == [77, 10, 20, 40])
    }

    @Test(
        "a kill's outcome is the loop's status",
        arguments: [
            (Outcome.done(detail: "no step since", reference: "kill flag"), LoopItem.Status.killed),
            (.failed(reason: "still spending"), .killFailed), (.unknown(reason: "?"), .killing),
            (.retry(reason: "503", after: nil), .killing),
        ])
    func kills(outcome: Outcome, status: LoopItem.Status) async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { try $0.upsertLoop(.sample(), incident: nil, asOf: .minute(0)) }
        let act = try await writer.transaction { try $0.order("trace-1", intent: 1, of: nil, at: .minute(0)) }
        #expect(try await writer.read { try $0.loop(trace: "trace-1") }?.status == .killing)
        _ = try await writer.transaction { try $0.beginAttempt(act.id, at: .minute(1)) }
        _ = try await writer.transaction { try $0.finish(act.id, outcome, at: .minute(2)) }
        let loop = try await writer.read { try $0.loop(trace: "trace-1") }
        #expect(loop?.status == status)
        #expect(loop?.killMethod == (status == .killed ? "kill flag" : nil))
    }

    @Test("every action and every ground is read back as it was written")
    func actions() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let notices: [Action] = [
            .postIncident(incident: 1), .updatePost(incident: 1, text: "a \"b\"\n\u{1B}"), .openIssue(incident: 1),
            .postReply(incident: 1, text: "é \u{0} \"x\""), .commentIssue(incident: 1, text: "<!-- é"),
            .notify(incident: 1, channel: "night", event: .resolved, text: "ß\n"),
        ]
        let kill = Action.killLoop(trace: "t'; DROP TABLE outbox_action; --", agent: "researcher")
        let review = Action.requestReview(incident: 1, commit: "abc", author: "Zoë")
        let execution = Execution.with {
            $0.row = .with { ($0.agent, $0.kind, $0.key) = ("bot", .litellmKey, "é'; --") }
            ($0.incident, $0.agent, $0.traces, $0.seen, $0.facts) = (1, "bot", ["t"], "not blocked", ["a", "b"])
        }
        let execute = Action.execute(execution)
        let target = PullTarget(repository: "acme/app", number: 12, head: "é'; --", author: "zoë")
        let pulls: [Action] = [
            .pull(.comment(target, text: "a \"b\"\n|")), .pull(.requestChanges(target, text: "<!--")),
            .pull(.dismiss(target, review: 9_412, text: "ß")),
        ]
        for pull in pulls { #expect(pull.pull.flatMap { PullAct(json: $0.json) } == pull.pull) }
        let free: [Action] = [
            .postDigest(week: "2026-W48", channel: "#é"), .warnBudget(key: "user/'; --", text: "ß\n"),
        ]
        #expect(
            Set((notices + free + [kill, review, execute] + pulls).map(\.kind)).count == Action.Kind.allCases.count)
        let (acts, request) = try await writer.transaction { store in
            _ = try store.record(.sample(), scan: "a", at: .minute(0))
            let gate = Gate(policy: Policy(settings: Settings()))
            let sent =
                try notices.map { try store.send($0, of: 1) }
                + free.map { action in
                    guard case .allow(let permission) = gate.notice(action) else { throw Unexpected("refused") }
                    return try store.enqueue(permission, at: .minute(0))
                }
            let killed = try store.order("t'; DROP TABLE outbox_action; --", intent: 3, of: 1, at: .minute(0))
            let request = try store.ask(review, incident: 1).id
            guard case .accepted(let item) = try store.approve(request, by: "alice", at: .minute(1)) else {
                throw Unexpected("not approved")
            }
            let executed = try store.ask(execute, incident: 1).id
            guard case .accepted(let second) = try store.approve(executed, by: "alice", at: .minute(1)) else {
                throw Unexpected("not approved")
            }
            return (sent + [killed, try #require(item.act), try #require(second.act)], [request, executed])
        }
        #expect(acts.map(\.action) == notices + free + [kill, review, execute])
        #expect(
            acts.map(\.ground) == (notices + free).map { _ in .notice } + [
                .order("alice", intent: 3), .person("alice", request: request[0]),
                .person("alice", request: request[1]),
            ])
    }
}
