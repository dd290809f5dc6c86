import Basics
import OnCallModel
import Testing
import ViewState

@Suite("The console's reducer")
struct ReduceTests {
    private static let now = Instant(iso8601: "2026-11-24T03:12:00Z") ?? Instant(milliseconds: 0)

    private func state(approvals count: Int = 3) -> ConsoleState {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: Self.now, author: "alice@host (console)")
        _ = state.reduce(.loaded(\.approvals.items, (1...count).map { Self.request(Int64($0)) }))
        return state
    }

    static func request(_ id: Int64, status: ApprovalStatus = .pending) -> ApprovalItem {
        ApprovalItem(
            id: id, incident: 1, action: .killLoop(trace: "trace-\(id)", agent: "agent"), type: .agentLoop,
            severity: .high, status: status, summary: "loops", dryRun: ["GET …"], createdAt: now - .minutes(1),
            expiresAt: now + .hours(4), resolvedBy: status == .pending ? nil : "bob")
    }

    private func press(_ keys: [Key], on state: inout ConsoleState) -> [ConsoleEffect] {
        keys.flatMap { state.reduce(.key($0)) }
    }

    @Test("an approval requires the question on the screen and y")
    func approval() {
        var state = state()
        #expect(press([.character("6"), .character("a")], on: &state).isEmpty)
        #expect(press([.character("y")], on: &state).isEmpty, "typed before the question was painted")
        #expect(state.overlay != nil)
        _ = state.reduce(.painted)
        #expect(
            press([.character("y")], on: &state) == [.append(.approve(request: 1, seen: Self.request(1).fingerprint))])
        #expect(state.overlay == nil)
    }

    @Test("a cause is marked and a note is written for the selected incident; read-only opens no editor")
    func memory() {
        var state = state()
        let incident = IncidentSummary(
            id: 7, fingerprint: Fingerprint("x"), type: .costSpike, severity: .high, state: .open, subject: "bot",
            headline: "", firstSeen: Self.now, lastSeen: Self.now, occurrences: 1, costPerHour: 1, approval: .none)
        _ = state.reduce(.loaded(\.incidents.items, [incident]))
        let right = Intent.markCause(incident: 7, isRight: true)
        #expect(press([.character("2"), .character("+")], on: &state) == [.append(right)])
        let wrong = Intent.markCause(incident: 7, isRight: false)
        #expect(press([.character("-")], on: &state) == [.append(wrong)])
        #expect(press([.character("i")], on: &state) == [.editNote(incident: 7)])
        state.isReadOnly = true
        #expect(press([.character("i")], on: &state).isEmpty)
    }

    @Test("what stops something is listed first, then what is pending, then what is decided")
    func order() {
        var state = state()
        var review = Self.request(8)
        review.action = .requestReview(incident: 1, commit: "a", author: "bob")
        _ = state.reduce(
            .loaded(\.approvals.items, [Self.request(9, status: .approved), review, Self.request(3)]))
        #expect(ApprovalsSpec.rows(state) == ["3", "8", "9"])
    }

    @Test("Enter, Escape and n cancel", arguments: [Key.enter, .escape, .character("n")])
    func safeDefault(key: Key) {
        var state = state()
        _ = press([.character("6"), .character("a")], on: &state)
        _ = state.reduce(.painted)
        #expect(press([key], on: &state).isEmpty)
        #expect(state.overlay == nil)
    }

    @Test("pasted text answers no question and runs no action")
    func paste() {
        var state = state()
        _ = press([.character("6"), .character("a")], on: &state)
        _ = state.reduce(.painted)
        let before = state
        #expect(state.reduce(.paste("y\ny\n")).isEmpty)
        #expect(state == before)
    }

    @Test("a request that was decided elsewhere closes its question and shows who decided")
    func decidedElsewhere() {
        var state = state()
        _ = press([.character("6"), .character("a")], on: &state)
        _ = state.reduce(.loaded(\.approvals.items, [Self.request(1, status: .approved), Self.request(2)]))
        #expect(state.overlay == nil)
        #expect(state.status?.text.contains("bob") == true)
    }

    @Test("the cursor stays on its row when other rows are added or removed")
    func stickySelection() {
        var state = state()
        _ = press([.character("6"), .character("j")], on: &state)
        #expect(ApprovalsView(state).list.detail?.id == 2)
        _ = state.reduce(.loaded(\.approvals.items, [9, 8, 1, 2, 3].map { Self.request($0) }))
        #expect(ApprovalsView(state).list.detail?.id == 2)
    }

    @Test("a decided or expired request cannot be approved, and the reason is shown")
    func disabled() {
        var state = state()
        _ = state.reduce(.loaded(\.approvals.items, [Self.request(1, status: .rejected)]))
        #expect(press([.character("6"), .character("a")], on: &state).isEmpty)
        #expect(state.status?.text == "Request 1 is already rejected by bob.")
        _ = state.reduce(.loaded(\.approvals.items, [Self.request(4)]))
        _ = state.reduce(.tick(Self.now + .hours(5)))
        #expect(press([.character("a")], on: &state).isEmpty)
        #expect(state.overlay == nil)
    }

    @Test("Escape closes one level at a time and never quits; q quits")
    func escape() {
        var state = state()
        _ = press([.character("6"), .enter], on: &state)
        #expect(state.list.open == "1")
        #expect(press([.escape], on: &state).isEmpty)
        #expect(state.list.open == nil)
        #expect(press([.escape], on: &state).isEmpty)
        #expect(state.pane == .dashboard)
        #expect(press([.escape, .escape], on: &state).isEmpty)
        #expect(press([.character("q")], on: &state) == [.quit])
    }

    @Test("a filter applies while it is typed, and Escape clears it")
    func filter() {
        var state = state(approvals: 12)
        _ = press([.character("6"), .character("/")] + "trace-12".map { Key.character($0) }, on: &state)
        #expect(ApprovalsView(state).list.rows.map(\.id) == [12])
        _ = press([.enter], on: &state)
        #expect(!state.list.isFiltering)
        _ = press([.escape], on: &state)
        #expect(ApprovalsView(state).list.rows.count == 12)
    }

    @Test("an invalid setting is refused, a valid one is requested")
    func settings() {
        var state = state()
        _ = state.reduce(.loaded(\.settings.items, [SettingItem(key: "cost_spike_multiplier", value: "2.5")]))
        _ = press([.character("8"), .enter, .control("u"), .character("0"), .enter], on: &state)
        guard case .editor(let editor) = state.overlay else {
            Issue.record("the editor is open")
            return
        }
        #expect(editor.problem.contains("1.1 to 100"))
        let effects = press([.backspace, .character("3"), .enter], on: &state)
        #expect(effects == [.append(.changeSetting(key: "cost_spike_multiplier", value: "3"))])
    }

    @Test("read-only mode sends no request")
    func readOnly() {
        var state = ConsoleState(size: .init(width: 80, height: 24), now: Self.now, author: "a", isReadOnly: true)
        #expect(press([.character("s")], on: &state).isEmpty)
        #expect(state.status?.mood == .failed)
    }

    @Test("the palette lists every action, and :q quits")
    func palette() {
        var state = state()
        #expect(press([.character(":")] + "q".map { Key.character($0) } + [.enter], on: &state) == [.quit])
        _ = press([.character(":")], on: &state)
        guard case .palette(let palette) = state.overlay else {
            Issue.record("the palette is open")
            return
        }
        #expect(state.offers(palette).count == ConsoleAction.actions(in: state.pane).count)
    }

    @Test("the palette offers the saved questions, and runs one with the typed parameters")
    func savedQuestions() {
        var state = state()
        state.questions = [AskableQuestion(name: "cost-by-model", hint: "Cost by model (since = 24h)")]
        func type(_ text: String) -> [ConsoleEffect] {
            press([.character(":")] + text.map { Key.character($0) } + [.enter], on: &state)
        }
        #expect(type("cost-by") == [.ask(["cost-by-model"])])
        #expect(type("ask cost-by-model since=2h rows=3") == [.ask(["cost-by-model", "since=2h", "rows=3"])])
        #expect(type("ask other since=2h").isEmpty && state.status?.mood == .failed)
    }

    @Test("a key has one meaning in a pane")
    func keysAreDistinct() {
        let everywhere = ConsoleAction.everywhere.flatMap(\.keys)
        #expect(Set(everywhere).count == everywhere.count)
        for pane in Pane.allCases {
            let own = pane.spec.actions.flatMap(\.keys)
            #expect(Set(own).count == own.count, "\(pane)")
        }
    }

    @Test("any keys in any order leave a valid state")
    func anything() {
        var seed: UInt64 = 11
        var state = state(approvals: 4)
        let keys: [Key] =
            "123468lLjkgGarKeRsn/N:?yq \u{E9}".map(Key.character) + [
                .enter, .escape, .tab, .backTab, .up, .down, .pageUp, .backspace,
            ]
        for step in 0..<5000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            _ = state.reduce(.key(keys[Int(seed >> 33) % keys.count]))
            if step % 7 == 0 { _ = state.reduce(.painted) }
            if step % 50 == 0 { _ = state.reduce(.loaded(\.approvals.items, [Self.request(Int64(step % 5 + 1))])) }
            #expect(state.position == 0 || state.pane.spec.rows(state).indices.contains(state.position))
        }
    }

    @Test(
        "a feature's current outputs are accepted after their changes are shown; without changes there is nothing to accept"
    )
    func acceptance() {
        var state = state()
        var (old, new) = (OutputProfile(), OutputProfile())
        for _ in 0..<20 {
            old.add(.document(["answer": "x", "score": 0.5]))
            new.add(.document(["answer": "x", "score": "0.5"]))
        }
        func feature(_ name: String, _ candidate: OutputProfile?) -> FeatureSnapshot {
            FeatureSnapshot(
                feature: name, state: candidate == nil ? .learned : .drifted, profile: old, candidate: candidate,
                capturedAt: Self.now)
        }
        _ = state.reduce(.loaded(\.quality.features, [feature("calm", nil), feature("bot", new)]))
        _ = press([.character("5"), .character("a")], on: &state)
        guard case .question(let question) = state.overlay else {
            Issue.record("nothing is asked")
            return
        }
        #expect(question.requests == ["$.score: number → string"])
        _ = state.reduce(.painted)
        #expect(press([.character("y")], on: &state) == [.append(.acceptOutputs(feature: "bot"))])
        #expect(press([.character("j"), .character("a")], on: &state).isEmpty)
        #expect(state.overlay == nil && state.status?.mood == .failed)
        #expect(press([.character("s")], on: &state) == [.append(.patrol)])
    }
}
