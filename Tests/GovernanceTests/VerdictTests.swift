import Basics
import Governance
import OnCallModel
import OutboxSeal
import Testing

@Suite("Who may do what")
struct VerdictTests {
    let now = Sample.now

    private func permission(_ verdict: Verdict) throws -> Permission {
        guard case .allow(let permission) = verdict else { throw Refused(verdict: verdict) }
        return permission
    }

    private func permission(_ verdict: ApprovalVerdict) throws -> Permission {
        guard case .allow(let permission) = verdict else { throw Waiting(verdict: verdict) }
        return permission
    }

    private struct Refused: Error {
        let verdict: Verdict
    }

    private struct Waiting: Error {
        let verdict: ApprovalVerdict
    }

    // MARK: grounds

    @Test("an approval has the request, its author and the key of the automatic act")
    func approval() throws {
        let gate = Sample.gate()
        let approved = try permission(gate.approve(Sample.request(), by: "alice", in: Circumstances(), now: now))
        let own = gate.route([Sample.loop(30)], incident: 7, suspects: [], in: Circumstances(), now: now).acts
        #expect(approved.ground == .person("alice", request: 12) && own.map(\.key) == [approved.key])
        let alone = try permission(
            gate.approve(Sample.request(incident: nil), by: "alice", in: Circumstances(), now: now))
        #expect(alone.key.text == "request-12/kill_loop" && alone.incident == nil)
    }

    @Test("a request of an earlier round is approved for the current round")
    func laterRound() throws {
        let circumstances = Circumstances(round: 1, acts: [Sample.act()])
        let approved = try permission(Sample.gate().approve(Sample.request(), by: "a", in: circumstances, now: now))
        #expect(approved.round == 1 && approved.key.text == "incident-7/kill_loop/round-1")
    }

    @Test("notices need no approval, remedies do, and each text of an update is a separate act")
    func notices() throws {
        func key(_ action: Action, round: Int = 0) throws -> String {
            let permission = try permission(Sample.gate().notice(action, incident: 7, round: round))
            #expect(permission.ground == .notice)
            return permission.key.text
        }
        #expect(try key(.openIssue(incident: 7), round: 2) == "incident-7/create_issue")
        #expect(try key(.postIncident(incident: 7), round: 2) == "incident-7/slack_post")
        let first = try key(.updatePost(incident: 7, text: "resolved"))
        #expect(try first == key(.updatePost(incident: 7, text: "resolved")))
        #expect(try first != key(.updatePost(incident: 7, text: "expired")))
        #expect(try first != key(.updatePost(incident: 7, text: "resolved"), round: 1))
        for remedy in [Sample.kill, Sample.review] {
            #expect(Sample.gate().notice(remedy, incident: 7, round: 0) == .refuse(.notANotice(remedy.kind)))
        }
    }

    @Test(
        "each order to kill is a separate act: it works after a failed or finished kill",
        arguments: [
            [], [Sample.act(.order("bob", intent: 4), Sample.kill, .failed)],
            [Sample.act(finishedAt: Sample.now - .minutes(1))], [Sample.act(.notice, Sample.kill, .unknown)],
            [Sample.act(.policy(.costOfLoop(over: 10)), Sample.kill, .waiting)],
            [Sample.act(.notice, .killLoop(trace: "t2", agent: "a"), .attempting)],
        ])
    func orders(acts: [ActRecord]) throws {
        let ordered = try permission(
            Sample.gate().order(Sample.kill, by: Sample.order(), incident: 7, in: Circumstances(acts: acts)))
        #expect(ordered.ground == .order("alice", intent: 31) && ordered.key.text == "intent-31/kill_loop")
    }

    // MARK: refusals

    @Test(
        "why a request is not approved",
        arguments: [
            (Sample.gate(), Sample.request(.approved), "alice", Refusal.alreadyDecided(.approved, by: "bob")),
            (Sample.gate(), Sample.request(.rejected), "alice", .alreadyDecided(.rejected, by: "bob")),
            (Sample.gate(), Sample.request(.expired), "alice", .expired(Sample.now + .hours(3))),
            (
                Sample.gate(approvers: ["alice"]), Sample.request(), "mallory@host (console)",
                .notAnApprover("mallory@host (console)")
            ),
            (Sample.gate(frozen: true), Sample.request(), "alice", .frozen),
        ])
    func refusedApprovals(gate: Gate, item: ApprovalItem, author: String, refusal: Refusal) {
        #expect(gate.approve(item, by: author, in: Circumstances(), now: now) == .refuse(refusal))
    }

    @Test("a request expires on time")
    func expiry() {
        let (gate, item) = (Sample.gate(), Sample.request())
        #expect(gate.refusal(of: item, to: "a", now: item.expiresAt - .milliseconds(1)) == nil)
        #expect(gate.refusal(of: item, to: "a", now: item.expiresAt) == .expired(item.expiresAt))
    }

    @Test("only the request that the person saw is approved")
    func changed() throws {
        let (gate, item) = (Sample.gate(), Sample.request())
        var more = item
        more.action = .killLoop(traces: ["t1", "t2"], agent: "researcher")
        let verdict = gate.approve(more, seen: item.fingerprint, by: "alice", in: Circumstances(), now: now)
        #expect(verdict == .refuse(.changed(more.action)))
        _ = try permission(
            gate.approve(more, seen: more.fingerprint, by: "alice", in: Circumstances(), now: now))
        more.dryRun.append("POST /hook")
        #expect(more.fingerprint != item.fingerprint)
    }

    @Test("an approver is named with the host, without it, or by the Slack user")
    func approvers() {
        let gate = Sample.gate(approvers: ["alice", "U01ABC", "carol@desk"])
        for author in ["alice@host (console)", "U01ABC (slack)", "carol@desk (command line)"] {
            #expect(gate.refusal(of: Sample.request(), to: author, now: now) == nil)
        }
        #expect(gate.refusal(of: Sample.request(), to: "carol@elsewhere", now: now) != nil)
    }

    @Test("an approval of a finished act says who allowed it")
    func alreadyAllowed() {
        let ground = Ground.policy(.loopedGenerations(over: 20))
        let verdict = Sample.gate().approve(
            Sample.request(), by: "alice", in: Circumstances(acts: [Sample.act(ground)]), now: now)
        #expect(verdict == .refuse(.alreadyAllowed(ground)))
        #expect(
            Refusal.alreadyAllowed(ground).sentence
                == "The action is already allowed by policy: more than 20 looped generations; it does not run twice.")
    }

    @Test("why an order is not carried out")
    func refusedOrders() {
        let gate = Sample.gate()
        func order(
            _ gate: Gate, _ action: Action = Sample.kill, by author: String = "alice", acts: [ActRecord] = []
        ) -> Verdict {
            gate.order(action, by: Sample.order(by: author), incident: 7, in: Circumstances(acts: acts))
        }
        #expect(order(gate, .openIssue(incident: 7)) == .refuse(.notKillable))
        #expect(order(Sample.gate(frozen: true)) == .refuse(.frozen))
        #expect(order(Sample.gate(approvers: ["bob"])) == .refuse(.notAnApprover("alice")))
        let ground = Ground.order("bob", intent: 30)
        #expect(order(gate, acts: [Sample.act(ground, Sample.kill, .attempting)]) == .refuse(.underWay(ground)))
        // Two consoles: the second order was given before the first was carried out.
        let done = Sample.act(ground, finishedAt: now + .seconds(1))
        #expect(order(gate, acts: [done]) == .refuse(.alreadyAllowed(ground)))
    }

    // MARK: acts of the outbox

    private func stored(_ ground: Ground, _ action: Action = Sample.kill) -> StoredPermission {
        StoredPermission(
            act: 9, action: action, key: "incident-7/kill_loop#2", ground: ground, incident: 7, round: 0, seal: Seal())
    }

    private static let until = Sample.now + .minutes(5)

    @Test(
        "a silence holds automatic acts; updates and a person's decisions continue",
        arguments: [
            (Ground.policy(.loopedGenerations(over: 20)), Sample.kill, true),
            (.notice, .postIncident(incident: 7), true), (.notice, .postReply(incident: 7, text: "x"), true),
            (.notice, .updatePost(incident: 7, text: "x"), false), (.person("alice", request: 12), Sample.kill, false),
            (.order("alice", intent: 31), Sample.kill, false),
        ])
    func silences(ground: Ground, action: Action, isHeld: Bool) throws {
        let verdict = Sample.gate().resume(
            stored(ground, action), in: Circumstances(silencedUntil: Self.until), now: now)
        if isHeld {
            #expect(verdict == .refuse(.silenced(until: Self.until)))
        } else {
            let permission = try permission(verdict)
            #expect(permission.ground == ground && permission.action == action)
            #expect(permission.key.text == "incident-7/kill_loop#2")
        }
    }

    @Test(
        "an act whose remedy another act carried out is withdrawn; an order is not",
        arguments: [AttemptState.done, .attempting, .unknown, .waiting, .failed])
    func twice(state: AttemptState) throws {
        let gate = Sample.gate()
        let circumstances = Circumstances(round: 4, acts: [Sample.act(.order("bob", intent: 4), Sample.kill, state)])
        let verdict = gate.resume(stored(.person("alice", request: 12)), in: circumstances, now: now)
        if [.waiting, .failed].contains(state) {
            _ = try permission(verdict)
        } else {
            #expect(verdict == .refuse(.alreadyAllowed(.order("bob", intent: 4))))
        }
        _ = try permission(gate.resume(stored(.order("alice", intent: 31)), in: circumstances, now: now))
        let itself = Circumstances(acts: [Sample.act(.notice, Sample.kill, state, id: 9)])
        _ = try permission(gate.resume(stored(.person("alice", request: 12)), in: itself, now: now))
    }

    @Test("a freeze holds every act and every check of one")
    func freeze() {
        let gate = Sample.gate(frozen: true)
        #expect(gate.notice(.openIssue(incident: 7), incident: 7, round: 0) == .refuse(.frozen))
        for ground in [Ground.notice, .order("alice", intent: 31), .person("alice", request: 12)] {
            #expect(gate.resume(stored(ground), in: Circumstances(), now: now) == .refuse(.frozen))
            #expect(gate.lookUp(stored(ground)) == .refuse(.frozen))
        }
    }

    @Test("when a refused act is tried again")
    func retries() {
        #expect(Refusal.frozen.retryAt(now) == now + .minutes(1))
        #expect(Refusal.silenced(until: now + .minutes(5)).retryAt(now) == now + .minutes(5))
        #expect(Refusal.silenced(until: now + .hours(5)).retryAt(now) == now + .minutes(10))
        #expect(Refusal.alreadyAllowed(.notice).retryAt(now) == nil)
    }
}
