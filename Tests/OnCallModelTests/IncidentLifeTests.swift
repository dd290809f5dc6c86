import Basics
import OnCallModel
import Testing

@Suite("The life of an incident")
struct IncidentLifeTests {
    private static let now = Instant(iso8601: "2026-11-24T03:00:00Z")!
    private static let hold = IncidentLife.Hold(id: 3, until: now + .hours(4), reason: "migration")

    /// Lives by name, each told of five minutes ago.
    private static let lives: [(name: String, life: IncidentLife)] = {
        var told = IncidentLife()
        told.noticeAt = now - .minutes(5)
        func changed(_ change: (inout IncidentLife) -> Void) -> IncidentLife {
            var life = told
            change(&life)
            return life
        }
        func comesAndGoes(_ life: inout IncidentLife) {
            life.flappingSince = now - .minutes(2)
            life.changes = [now - .minutes(40), now - .minutes(20), now - .minutes(2)]
        }
        return [
            ("open", told),
            ("acknowledged", changed { ($0.stage, $0.acknowledgedBy) = (.acknowledged, "bob") }),
            ("snoozed", changed { ($0.snoozedUntil, $0.snoozedBy) = (now + .hours(1), "bob") }),
            ("silenced", changed { $0.silence = hold }),
            ("inhibited", changed { $0.parent = IncidentLife.Parent(incident: 7, why: "x") }),
            ("flapping", changed { comesAndGoes(&$0) }),
            (
                "gone",
                changed {
                    comesAndGoes(&$0)
                    ($0.stage, $0.resolvedAt, $0.resolvedBy, $0.isPresent) = (
                        .resolved, now - .minutes(1), "agent", false
                    )
                }
            ),
            ("resolved", changed { ($0.stage, $0.resolvedAt, $0.isPresent) = (.resolved, now - .minutes(1), false) }),
        ]
    }()

    private static let events: [(name: String, event: IncidentLife.Event, at: Instant)] = [
        ("seen", .seen(worse: nil), now), ("worse", .seen(worse: "Raised"), now), ("missed", .missed, now),
        ("ack", .acknowledge(by: "eve"), now), ("close", .resolve(by: "eve", sentence: "Closed."), now),
        ("end", .resolve(by: "agent", sentence: "Ended."), now),
        ("snooze", .snooze(until: now + .hours(2), by: "eve"), now), ("wake", .unsnooze, now),
        ("silence", .silence(hold), now), ("free", .silence(nil), now),
        ("inhibit", .inhibit(IncidentLife.Parent(incident: 7, why: "x")), now), ("release", .inhibit(nil), now),
        ("pass", .pass, now + .hours(3)),
    ]

    /// By state and event, in the order of ``events``: `-` is a refusal, `*` is inhibited.
    private static let table = [
        "open":
            "open open open acknowledged resolved resolved snoozed - silenced open open* open open",
        "acknowledged":
            "acknowledged acknowledged acknowledged - resolved resolved snoozed - silenced acknowledged acknowledged* "
            + "acknowledged acknowledged",
        "snoozed":
            "snoozed open snoozed acknowledged resolved resolved snoozed open silenced snoozed snoozed* snoozed open",
        "silenced":
            "silenced silenced silenced silenced resolved resolved silenced - silenced open silenced* silenced silenced",
        "inhibited":
            "open* open* open* acknowledged* resolved resolved snoozed* - silenced* open* open* open open*",
        "flapping":
            "flapping flapping flapping flapping resolved flapping snoozed - silenced flapping flapping* flapping open",
        "gone":
            "flapping flapping flapping - resolved - - - flapping flapping flapping flapping resolved",
        "resolved":
            "open open resolved - - - - - resolved resolved resolved resolved resolved",
    ]

    @Test("every state and every event", arguments: 0..<8)
    func everyPair(row: Int) throws {
        let (name, before) = Self.lives[row]
        let expected = try #require(Self.table[name]).split(separator: " ").map(String.init)
        try #require(expected.count == Self.events.count)
        for (event, wanted) in zip(Self.events, expected) {
            var life = before
            let turn = life.receive(event.event, at: event.at)
            let state = life.state.rawValue + (life.parent == nil ? "" : "*")
            #expect((turn.refusal == nil ? state : "-") == wanted, "\(name), \(event.name)")
            if turn.refusal != nil {
                #expect(life == before, "a refusal changes nothing: \(name), \(event.name)")
                #expect(turn.notes.isEmpty && turn.edit == nil)
            }
            if life.state != before.state || life.parent != before.parent {
                #expect(!turn.notes.isEmpty || life.state == .flapping, "the timeline tells: \(name), \(event.name)")
            }
            #expect((life.resolvedAt != nil) == (life.stage == .resolved), "\(name), \(event.name)")
        }
    }

    @Test("what each state is told of", arguments: 0..<8)
    func telling(row: Int) {
        let (name, before) = Self.lives[row]
        let isLoud = ["open", "acknowledged"].contains(name)
        var fresh = before
        fresh.noticeAt = nil
        let first = fresh.due(at: Self.now, severity: .medium, renotify: .hours(4))
        #expect(first == (isLoud ? .opening : nil), "\(name)")
        var owing = before
        owing.pendingNotice = "News"
        let news = owing.due(at: Self.now, severity: .medium, renotify: .hours(4))
        let isComingAndGoing = ["flapping", "gone"].contains(name)
        #expect(news == (isLoud ? .news("News") : isComingAndGoing ? .flapping : nil), "\(name)")
        #expect(owing.due(at: Self.now, severity: .medium, renotify: .hours(4)) == nil, "told once: \(name)")
    }

    @Test("only the critical and high that nobody took are told again, at their turn")
    func reminders() {
        var life = IncidentLife()
        life.noticeAt = Self.now
        for severity in [Severity.medium, .high, .critical] {
            var one = life
            #expect(one.due(at: Self.now + .hours(3), severity: severity, renotify: .hours(4)) == nil)
            let due = one.due(at: Self.now + .hours(4), severity: severity, renotify: .hours(4))
            #expect(due == (severity == .medium ? nil : .reminder))
            #expect(
                one.due(at: Self.now + .hours(5), severity: severity, renotify: .hours(4)) == nil || severity == .medium
            )
        }
        _ = life.receive(.acknowledge(by: "eve"), at: Self.now)
        #expect(life.due(at: Self.now + .hours(9), severity: .critical, renotify: .hours(4)) == nil)
        var unseen = IncidentLife()
        unseen.noticeAt = Self.now
        _ = unseen.receive(.missed, at: Self.now + .hours(5))
        #expect(unseen.due(at: Self.now + .hours(5), severity: .critical, renotify: .hours(4)) == nil)
    }

    @Test("the third change within an hour is flapping, told once, and an hour without a change ends it")
    func flapping() {
        var life = IncidentLife()
        life.noticeAt = Self.now
        var at = Self.now
        var states: [IncidentState] = []
        for turn in 1...8 {
            at = at + .minutes(15)
            _ = life.receive(turn % 2 == 1 ? .missed : .seen(worse: nil), at: at)
            states.append(life.state)
            if let notice = life.due(at: at, severity: .critical, renotify: .minutes(1)) {
                #expect(turn == 3 && notice == .flapping || turn < 3)
            }
        }
        #expect(states == [.open, .open] + Array(repeating: .flapping, count: 6))
        #expect(life.receive(.pass, at: at + .minutes(59)).notes.isEmpty)
        #expect(life.receive(.pass, at: at + .minutes(60)).notes.count == 1)
        #expect(life.state == .open)
        let notice = life.due(at: at + .minutes(60), severity: .medium, renotify: .hours(4))
        #expect(notice == .news("No longer flapping; the incident is still open"))
    }

    @Test("changes that are further apart are no flapping")
    func slowChanges() {
        var life = IncidentLife()
        for turn in 1...20 {
            let event: IncidentLife.Event = turn % 2 == 1 ? .missed : .seen(worse: nil)
            _ = life.receive(event, at: Self.now + .minutes(Double(turn) * 31))
            #expect(life.state == .open)
        }
    }

    @Test("an incident that comes back is counted and told; a snooze ends when it gets worse")
    func returning() {
        var life = IncidentLife()
        life.noticeAt = Self.now
        _ = life.receive(.resolve(by: "agent", sentence: "Ended."), at: Self.now)
        let turn = life.receive(.seen(worse: nil), at: Self.now + .hours(1))
        #expect(turn.isReopened && life.reopened == 1 && turn.notes == ["Reopened"])
        guard case .news(let text)? = life.due(at: Self.now + .hours(1), severity: .medium, renotify: .hours(4)) else {
            Issue.record("it is told")
            return
        }
        #expect(text.hasPrefix("Reopened"))
        _ = life.receive(.snooze(until: Self.now + .hours(9), by: "eve"), at: Self.now + .hours(1))
        _ = life.receive(.seen(worse: "Raised from high to critical"), at: Self.now + .hours(2))
        #expect(life.state == .open)
        let raised = life.due(at: Self.now + .hours(2), severity: .critical, renotify: .hours(4))
        #expect(raised == .news("Raised from high to critical"))
    }

    @Test("a resolution while it comes and goes is told when that has ended")
    func resolvedWhileFlapping() {
        var life = Self.lives[5].life
        _ = life.receive(.missed, at: Self.now)
        #expect(life.receive(.resolve(by: "agent", sentence: "Ended."), at: Self.now).edit == nil)
        #expect(life.state == .flapping)
        let turn = life.receive(.pass, at: Self.now + .hours(1))
        #expect(turn.edit?.hasPrefix("Resolved at 2026-11-24T03:00:00Z") == true)
        #expect(life.state == .resolved)
    }
}
