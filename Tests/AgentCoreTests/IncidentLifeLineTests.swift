import Basics
import FoundationEssentials
import Governance
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@testable import AgentCore

extension Stage {
    /// What a person asks between two scans, answered as a running agent answers it.
    func order(_ intent: Intent, by author: String = "eve@host (test)") async throws -> String {
        try await withWriter { writer in
            let desk = IncidentHandler(writer: writer, clock: clock) { Gate(policy: Policy(settings: Settings())) }
            let record = IntentRecord(id: 1, intent: intent, author: author, createdAt: clock.now())
            return try await desk.answer(record)?.text ?? ""
        }
    }

    func withWriter<Answer: Sendable>(_ body: (StoreWriter) async throws -> Answer) async throws -> Answer {
        let writer = try await StoreWriter.open(store, holder: "test:2", pid: 2, at: clock.now())
        let answer = try await body(writer)
        await writer.release()
        return answer
    }

    /// Replaces the settings file, which the next scan reads.
    func settings(_ json: String) throws {
        try json.write(toFile: "\(folder.path)/settings.json", atomically: true, encoding: .utf8)
    }

    func incident(_ type: DetectionType) async throws -> IncidentSummary {
        try #require(try await read(.incidents(limit: 100)).first { $0.type == type })
    }

    /// What Sentinel said in threads.
    var replies: [String] {
        world.read { Array($0.messages.values.joined()) }
            .filter { $0.user == "U0SENTINEL" && $0.thread != nil }.map(\.text)
    }
}

@Suite("Life of incidents")
struct IncidentLifeLineTests {
    /// Nothing costs enough to be trouble.
    private static let blind =
        "{\"cost_floor\": 100000, \"error_cascade_threshold\": 100000, \"resolve_after_minutes\": 5}"

    @Test("a silenced incident is recorded without notification or act, and notified when the silence ends")
    func silence() async throws {
        let stage = try Stage()
        _ = try await stage.withWriter { _ in }
        let until = stage.clock.now() + .hours(1)
        let said = try await stage.order(
            .silence(
                Silence.Matcher(type: .costSpike, subject: "support-*"), reason: "migration", from: stage.clock.now(),
                until: until))
        #expect(said.hasPrefix("Silence 1 of cost_spike of support-* until 2026-11-24T15:20:00Z"))
        let first = try await stage.scan()
        let spike = try #require(first.incidents.first { $0.summary.type == .costSpike })
        #expect(spike.summary.state == .silenced && spike.summary.life.silence?.reason == "migration")
        #expect(spike.acts.isEmpty && !spike.report.isEmpty)
        #expect(stage.posts.count == 1 && stage.issues.count == 1)
        #expect(first.approvals.map(\.action.kind) == [.killLoop])
        #expect(first.json["incidents"]?.array?.contains { $0["silence"]?["id"]?.int == 1 } == true)

        stage.advance(by: .minutes(59))
        _ = try await stage.scan()
        #expect(stage.posts.count == 1)
        stage.advance(by: .minutes(1))
        let after = try await stage.scan()
        #expect(stage.posts.count == 2 && stage.issues.count == 2)
        #expect(try await stage.incident(.costSpike).state == .open)
        #expect(after.approvals.contains { $0.action.kind == .review })
    }

    @Test("in maintenance nothing is posted, requested or done, except a person's order")
    func maintenance() async throws {
        let stage = try Stage()
        _ = try await stage.withWriter { _ in }
        let now = stage.clock.now()
        let said = try await stage.order(
            .silence(Silence.Matcher(), reason: "deploy", from: now + .minutes(5), until: now + .hours(2)))
        #expect(said == "Maintenance starts at 2026-11-24T14:25:00Z and ends at 2026-11-24T16:20:00Z.")
        stage.advance(by: .minutes(6))
        stage.world.forgetCalls()
        let report = try await stage.scan()
        #expect(report.incidents.count == 2 && report.incidents.allSatisfy { $0.summary.state == .silenced })
        #expect(report.approvals.isEmpty && stage.posts.isEmpty && stage.issues.isEmpty)
        #expect(!stage.world.calls(to: .slack).contains { $0.method == "POST" && $0.path.contains("chat.") })

        let loop = try await stage.incident(.agentLoop)
        #expect(try await stage.order(.acknowledge(incident: loop.id)) == "Incident \(loop.id) is acknowledged.")
        #expect(try await stage.incident(.agentLoop).state == .silenced)
        #expect(try await stage.order(.endSilence(1)) == "Silence 1 has ended.")
        #expect(try await stage.order(.endSilence(1)).hasPrefix("Silence 1 already ended"))
        stage.advance(by: .minutes(1))
        let after = try await stage.scan()
        #expect(stage.posts.count == 2 && stage.issues.count == 2 && !after.approvals.isEmpty)
        #expect(try await stage.incident(.agentLoop).state == .acknowledged)
    }

    @Test("a snoozed incident is notified at the end of the snooze, or at once when it is unsnoozed")
    func snooze() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        let spike = try await stage.incident(.costSpike)
        let until = stage.clock.now() + .minutes(40)
        #expect(
            try await stage.order(.snooze(incident: spike.id, until: until))
                == "Incident \(spike.id) is snoozed until \(until.iso8601Seconds).")
        stage.advance(by: .minutes(20))
        _ = try await stage.scan()
        #expect(try await stage.incident(.costSpike).state == .snoozed && stage.replies.isEmpty)
        stage.advance(by: .minutes(20))
        _ = try await stage.scan()
        #expect(try await stage.incident(.costSpike).state == .open)
        #expect(stage.replies.count { $0.hasPrefix("The snooze has ended") } == 1, "\(stage.replies)")
        #expect(stage.posts.count == 2)

        #expect(try await stage.order(.unsnooze(incident: spike.id)) == "Incident \(spike.id) is not snoozed.")
        _ = try await stage.order(.snooze(incident: spike.id, until: stage.clock.now() + .hours(2)))
        #expect(try await stage.order(.unsnooze(incident: spike.id)) == "Incident \(spike.id) is no longer snoozed.")
        #expect(try await stage.incident(.costSpike).state == .open)
        let past = try await stage.order(.snooze(incident: spike.id, until: stage.clock.now() - .hours(1)))
        #expect(past.contains("is in the past"))
        let far = try await stage.order(.snooze(incident: spike.id, until: stage.clock.now() + .days(31)))
        #expect(far.contains("30 days"))
        #expect(try await stage.order(.snooze(incident: 99, until: until)) == "Incident 99 does not exist.")
    }

    @Test(
        "an incident that changes with every scan is flapping: one notification, then none until it is stable (row 22)"
    )
    func flapping() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        var states: [IncidentState] = []
        for turn in 1...6 {
            try stage.settings(turn % 2 == 1 ? Self.blind : "{}")
            // A little less at first: the writes of the first scan took seconds.
            stage.advance(by: turn == 1 ? .seconds(290) : .minutes(5))
            _ = try await stage.scan()
            states.append(try await stage.incident(.costSpike).state)
        }
        #expect(states == [.open, .open, .flapping, .flapping, .flapping, .flapping])
        let spike = try await stage.incident(.costSpike)
        #expect(stage.posts.count == 2 && stage.issues.count == 2)
        #expect(stage.replies.count { $0.hasPrefix("Flapping:") } == 1, "\(stage.replies)")
        #expect(stage.replies.count == 1)
        try stage.settings("{}")
        for _ in 1...5 {
            stage.advance(by: .minutes(13))
            _ = try await stage.scan()
        }
        #expect(try await stage.incident(.costSpike).state == .open)
        #expect(try await stage.incident(.costSpike).id == spike.id)
        #expect(stage.replies.count { $0.hasPrefix("No longer flapping") } == 1, "\(stage.replies)")
    }

    @Test("an incident that is not acknowledged gets reminders, an acknowledged one does not")
    func renotify() async throws {
        let stage = try Stage()
        try stage.settings("{\"renotify_hours\": 0.5}")
        for _ in 1...5 {
            _ = try await stage.scan()
            stage.advance(by: .minutes(15))
        }
        let spike = try await stage.incident(.costSpike)
        #expect(stage.replies.count { $0.hasPrefix("Still open") && $0.contains("seen ") } == 4, "\(stage.replies)")
        _ = try await stage.order(.acknowledge(incident: spike.id))
        let loop = try await stage.incident(.agentLoop)
        _ = try await stage.order(.acknowledge(incident: loop.id))
        let before = stage.replies.count
        for _ in 1...3 {
            stage.advance(by: .minutes(15))
            _ = try await stage.scan()
        }
        #expect(stage.replies.count == before)
    }

    @Test("the message of a resolved incident has its duration and cost")
    func recovery() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        try stage.settings(Self.blind)
        stage.advance(by: .minutes(6))
        _ = try await stage.scan()
        let spike = try await stage.incident(.costSpike)
        #expect(spike.state == .resolved && spike.life.resolvedBy == "agent")
        let acts = try await stage.read(.incident(spike.id))?.acts ?? []
        let said = acts.compactMap { act -> String? in
            if case .updatePost(_, let text) = act.action { text } else { nil }
        }
        let sentence = try #require(said.first { $0.hasPrefix("Resolved: no scan has seen it since") })
        #expect(sentence.contains("It was open for 2 h") && sentence.contains(" and cost $"), "\(sentence)")
        #expect(stage.replies.count { $0.hasPrefix(sentence.prefix(60)) } == 1, "\(stage.replies)")

        try stage.settings("{}")
        stage.advance(by: .minutes(10))
        _ = try await stage.scan()
        let back = try await stage.incident(.costSpike)
        #expect(back.id == spike.id && back.state == .open && back.life.reopened == 1)
        #expect(stage.replies.contains { $0.hasPrefix("Reopened") }, "\(stage.replies)")
        #expect(stage.posts.count == 2)
    }

    @Test("a silence holds an act that is already in the outbox")
    func heldActs() async throws {
        let stage = try Stage()
        stage.world.fail(.slack, .rateLimited(seconds: 60), times: 20)
        _ = try await stage.scan()
        #expect(stage.posts.isEmpty)
        stage.world.heal()
        let now = stage.clock.now()
        _ = try await stage.order(.silence(Silence.Matcher(), reason: "deploy", from: now, until: now + .hours(1)))
        stage.advance(by: .minutes(30))
        _ = try await stage.scan()
        #expect(stage.posts.isEmpty)
        stage.advance(by: .minutes(31))
        _ = try await stage.scan()
        #expect(stage.posts.count == 2)
    }

    @Test("an invalid silence is answered with what to do, and not stored")
    func badSilences() async throws {
        let stage = try Stage()
        _ = try await stage.withWriter { _ in }
        let now = stage.clock.now()
        for (from, until) in [(Span.hours(0), Span.hours(0)), (.hours(0), .days(31)), (.hours(3), .hours(2))] {
            let answer = try await stage.order(
                .silence(Silence.Matcher(), reason: "x", from: now + from, until: now + until))
            #expect(answer.contains("silence"))
        }
        #expect(try await stage.read(.silences(limit: 9)).isEmpty)
        #expect(try await stage.order(.endSilence(5)) == "Silence 5 does not exist.")
    }
}
