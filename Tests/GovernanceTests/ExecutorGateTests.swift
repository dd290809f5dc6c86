import Basics
import Governance
import OnCallModel
import Testing

@Suite("The gate: executors")
struct ExecutorGateTests {
    private let now = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0)

    private func row(_ key: String, agent: String = "bot") -> ExecutorRow {
        .with { ($0.agent, $0.kind, $0.key) = (agent, .litellmKey, key) }
    }

    private func gate(_ rows: ExecutorRow...) -> Gate {
        var settings = Settings()
        settings.executors = rows
        return Gate(policy: Policy(settings: settings))
    }

    private func execution(_ row: ExecutorRow, undo: Bool = false) -> Execution {
        .with { ($0.row, $0.incident, $0.agent, $0.traces, $0.isUndo) = (row, 7, "bot", ["t"], undo) }
    }

    private func act(_ id: Int64, _ execution: Execution, _ state: AttemptState) -> ActRecord {
        ActRecord(
            id: id, action: .execute(execution), incident: 7, state: state, tries: 1, createdAt: now, nextTryAt: nil,
            finishedAt: now, detail: "", reference: nil, ground: .person("eve", request: id))
    }

    private func request(_ execution: Execution) -> ApprovalItem {
        ApprovalItem(
            id: 3, incident: 7, action: .execute(execution), type: .agentLoop, severity: .high, status: .pending,
            summary: "", dryRun: [], createdAt: now, expiresAt: now + .hours(1))
    }

    @Test("the rungs that were requested in this round are not requested again, in whichever way they ended")
    func rungs() {
        let (first, second) = (row("a"), row("b"))
        let gate = gate(first, second, row("c", agent: "other"))
        #expect(gate.rungs(agent: "bot", features: [], in: Circumstances()) == [first, second])
        let tried = Circumstances(acts: [act(1, execution(first), .failed)])
        #expect(gate.rungs(agent: "bot", features: [], in: tried) == [second])
        let pending = Circumstances(requests: [request(execution(first))])
        #expect(gate.rungs(agent: "bot", features: [], in: pending) == [second])
        let later = Circumstances(round: 1, acts: [act(1, execution(first), .failed)])
        #expect(gate.rungs(agent: "bot", features: [], in: later) == [first, second])
    }

    @Test("an effect that is there is not approved twice; after its undo it is, under another key")
    func onceUntilUndone() {
        let (gate, block) = (gate(row("a")), execution(row("a")))
        func key(_ circumstances: Circumstances) -> String? {
            guard case .allow(let permission) = gate.approve(request(block), by: "eve", in: circumstances, now: now)
            else { return nil }
            return permission.key.text
        }
        let first = key(Circumstances())
        #expect(first?.hasPrefix("incident-7/execute/litellm_key-") == true)
        let done = act(1, block, .done)
        #expect(key(Circumstances(acts: [done])) == nil)
        let undone = [done, act(2, execution(row("a"), undo: true), .done)]
        #expect(key(Circumstances(acts: undone)) == first.map { $0 + "/wave-1" })
        // One that sent nothing does not count as the effect.
        #expect(key(Circumstances(acts: [act(1, block, .failed)])) == first.map { $0 + "/wave-1" })
    }

    @Test("an executor that may stop more than one agent needs two people; its undo needs one")
    func wide() {
        let wide = row("a", agent: "bot-*")
        let gate = gate(wide)
        var item = request(execution(wide))
        guard case .wait(let vote) = gate.approve(item, by: "eve@host (console)", in: Circumstances(), now: now) else {
            Issue.record("one person is enough")
            return
        }
        item.votes = [vote]
        guard case .allow = gate.approve(item, by: "bob@host (console)", in: Circumstances(), now: now),
            case .refuse(.approvedBySame) = gate.approve(
                item, by: "eve@host (console)", in: Circumstances(), now: now),
            case .allow = gate.approve(
                request(execution(wide, undo: true)), by: "eve@host (console)", in: Circumstances(), now: now)
        else {
            Issue.record("two people are not enough, or one is")
            return
        }
    }

    @Test("executors are no notices, and no order replaces their approval")
    func needsApproval() {
        let gate = gate(row("a"))
        #expect(gate.notice(.execute(execution(row("a"))), incident: 7, round: 0) == .refuse(.notANotice(.execute)))
        let order = IntentRecord(id: 1, intent: .killLoop(trace: "t"), author: "eve", createdAt: now)
        #expect(
            gate.order(.execute(execution(row("a"))), by: order, incident: 7, in: Circumstances())
                == .refuse(.notKillable))
    }
}
