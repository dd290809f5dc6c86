import Basics
import OnCallModel
import Testing

@testable import ViewState

@Suite("Snoozing and silencing in the console")
struct MuteDialogTests {
    private static let now = Instant(iso8601: "2026-11-24T03:12:00Z")!

    private func incident(_ id: Int64, _ change: (inout IncidentLife) -> Void = { _ in }) -> IncidentSummary {
        var life = IncidentLife()
        change(&life)
        return IncidentSummary(
            id: id, fingerprint: Fingerprint("\(id)"), type: .costSpike, severity: .high, state: life.state,
            subject: "bot-\(id)", headline: "It costs", firstSeen: Self.now, lastSeen: Self.now, occurrences: 1,
            costPerHour: 1, approval: .none, life: life)
    }

    private func state(_ incidents: [IncidentSummary]) -> ConsoleState {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: Self.now, author: "eve")
        _ = state.reduce(.loaded(\.incidents.items, incidents))
        _ = state.reduce(.key(.character("2")))
        return state
    }

    private func press(_ text: String, _ more: [Key] = [], on state: inout ConsoleState) -> [ConsoleEffect] {
        (text.map { Key.character($0) } + more).flatMap { state.reduce(.key($0)) }
    }

    @Test("z offers durations: Enter uses the selected one, or what is typed")
    func snooze() {
        var state = state([incident(7)])
        #expect(press("z", [.enter], on: &state) == [.append(.snooze(incident: 7, until: Self.now + .hours(1)))])
        #expect(
            press("z", [.down, .enter], on: &state) == [.append(.snooze(incident: 7, until: Self.now + .hours(4)))])
        #expect(press("z45m", [.enter], on: &state) == [.append(.snooze(incident: 7, until: Self.now + .minutes(45)))])
        #expect(press("zsoon", [.enter], on: &state).isEmpty)
        guard case .mute(let dialog) = state.overlay else {
            Issue.record("the dialog stays")
            return
        }
        #expect(dialog.problem.contains("is not a duration"))
        #expect(press("", [.escape], on: &state).isEmpty && state.overlay == nil)
    }

    @Test("S shows what will be silenced and until when, and requires y")
    func silence() {
        var state = state([incident(7)])
        #expect(press("S2h while we deploy", [.enter], on: &state).isEmpty)
        guard case .question(let question) = state.overlay else {
            Issue.record("it asks")
            return
        }
        #expect(question.sentence == "Mutes notifications for this incident until 2026-11-24T05:12:00Z")
        #expect(question.facts.contains("Reason: while we deploy"))
        _ = state.reduce(.painted)
        let matcher = Silence.Matcher(
            type: .costSpike, subject: "bot-7", maxSeverity: .high, fingerprint: Fingerprint("7"))
        let intent = Intent.silence(matcher, reason: "while we deploy", from: Self.now, until: Self.now + .hours(2))
        #expect(press("y", on: &state) == [.append(intent)])
        _ = press("M", [.enter], on: &state)
        _ = state.reduce(.painted)
        let all = Intent.silence(
            Silence.Matcher(), reason: "no reason given", from: Self.now, until: Self.now + .minutes(30))
        #expect(press("y", on: &state) == [.append(all)])
    }

    @Test("v lists the active silences, and x asks before one is ended")
    func silences() {
        var state = state([incident(7)])
        let silences = (1...3).map { id in
            Silence(
                id: Int64(id), matcher: Silence.Matcher(subject: "s\(id)"), reason: "r", author: "bob",
                createdAt: Self.now - .hours(2), startsAt: Self.now - .hours(1),
                expiresAt: Self.now + (id == 1 ? .minutes(-1) : .hours(1)))
        }
        _ = state.reduce(.loaded(\.incidents.silences, silences))
        #expect(state.activeSilences.map(\.id) == [2, 3])
        #expect(press("vjx", on: &state).isEmpty)
        _ = state.reduce(.painted)
        #expect(press("y", on: &state) == [.append(.endSilence(3))])
        #expect(press("vx", [.escape], on: &state).isEmpty)
    }

    @Test("an action that is disabled says why")
    func refusals() {
        var snoozed = state([incident(7) { $0.snoozedUntil = Self.now + .hours(1) }])
        #expect(press("e", on: &snoozed) == [.append(.acknowledge(incident: 7))], "a snoozed one can be taken")
        #expect(press("w", on: &snoozed) == [.append(.unsnooze(incident: 7))])
        var resolved = state([incident(8) { ($0.stage, $0.resolvedAt) = (.resolved, Self.now) }])
        for key in ["e", "R", "z", "S", "w"] {
            #expect(press(key, on: &resolved).isEmpty && resolved.overlay == nil)
            #expect(resolved.status?.mood == .failed)
        }
    }

    @Test("a filter accepts words, and fields such as state:open")
    func filter() {
        let list = [
            incident(1), incident(2) { $0.snoozedUntil = Self.now + .hours(1) },
            incident(3) { $0.parent = IncidentLife.Parent(incident: 1, why: "") },
        ]
        var state = state(list)
        for (filter, ids) in [
            ("state:snoozed", [2]), ("state:inhibited", [3]), ("type:cost bot-1", [1]), ("snoozed", [2]),
            ("state:x", []),
            ("BOT state:open", [1, 3]), ("severity:high", [1, 2, 3]), ("odd:snoozed", []),
        ] {
            _ = press("/" + filter, [.enter], on: &state)
            #expect(IncidentsView(state).list.rows.map(\.id) == ids.map { Int64($0) }, "\(filter)")
            _ = press("", [.escape], on: &state)
        }
    }

    @Test("pasted text is typed into the dialog and confirms nothing")
    func paste() {
        var state = state([incident(7)])
        _ = press("z", on: &state)
        #expect(state.reduce(.paste("2h\n\n")).isEmpty)
        #expect(press("", [.enter], on: &state) == [.append(.snooze(incident: 7, until: Self.now + .hours(2)))])
    }

    @Test("any keys in any order leave a valid state")
    func anything() {
        var seed: UInt64 = 5
        var state = state([incident(7), incident(8) { $0.snoozedUntil = Self.now + .hours(1) }])
        let keys: [Key] =
            "zSMvwxjk1h4 yn2e".map(Key.character) + [.enter, .escape, .up, .down, .backspace, .control("u")]
        for step in 0..<5000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            _ = state.reduce(.key(keys[Int(seed >> 33) % keys.count]))
            if step % 7 == 0 { _ = state.reduce(.painted) }
            if step % 50 == 0 { _ = state.reduce(.loaded(\.incidents.silences, [])) }
            if case .mute(let dialog) = state.overlay { #expect(dialog.offers.indices.contains(dialog.position)) }
        }
    }
}
