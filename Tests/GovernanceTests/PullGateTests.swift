import Basics
import Governance
import OnCallModel
import Testing

@Suite("The gate: pull requests")
struct PullGateTests {
    private let now = Sample.now
    private let target = PullTarget(
        repository: "acme/app", number: 12, head: String(repeating: "a", count: 40), author: "mallory")
    private let texts = PullTexts(comment: "score", review: "changes", dismissal: "over")

    private func risk(_ score: Int, percentile: Double? = 50, isOpen: Bool = true, gaps: [String] = []) -> PullRisk {
        var risk = PullRisk(target)
        (risk.score, risk.percentile, risk.isOpen, risk.gaps) = (score, percentile, isOpen, gaps)
        return risk
    }

    private func route(
        _ risk: PullRisk, automatic: Bool = false, frozen: Bool = false, _ standing: PullStanding = PullStanding()
    ) -> PullDecision {
        Sample.gate(frozen: frozen).route(
            risk, texts, threshold: 70, isAutomatic: automatic, in: standing, now: now)
    }

    private func act(_ act: PullAct, _ state: AttemptState = .done, id: Int64 = 1, _ reference: String? = nil)
        -> ActRecord
    {
        ActRecord(
            id: id, action: .pull(act), incident: nil, state: state, tries: 1, createdAt: now, nextTryAt: nil,
            finishedAt: now, detail: "", reference: reference, ground: .notice)
    }

    private func request(_ status: ApprovalStatus, head: String = "a") -> ApprovalItem {
        var target = target
        target.head = String(repeating: head, count: 40)
        return ApprovalItem(
            id: 5, incident: nil, action: .pull(.requestChanges(target, text: "changes")), type: nil, severity: .high,
            status: status, summary: "", dryRun: [], createdAt: now, expiresAt: now + .hours(4))
    }

    @Test("the comment needs no approval, and the same text is not sent twice")
    func comment() {
        let first = route(risk(10)).acts
        #expect(first.map(\.action.kind) == [.pullComment] && first[0].ground == .notice)
        let sent = act(.comment(target, text: "score"))
        #expect(route(risk(10), PullStanding(acts: [sent])).acts.isEmpty)
        let other = act(.comment(target, text: "an older score"))
        let second = route(risk(10), PullStanding(acts: [other])).acts
        #expect(second.count == 1 && second[0].key != first[0].key)
        #expect(route(risk(10), PullStanding(acts: [act(.comment(target, text: "score"), .failed)])).acts.count == 1)
        #expect(route(risk(10), frozen: true).acts.isEmpty)
        guard
            case .refuse(.notANotice) = Sample.gate().notice(
                .pull(.requestChanges(target, text: "")), incident: 1, round: 0)
        else {
            Issue.record("a review is no notice")
            return
        }
    }

    @Test("a review is requested above the threshold only")
    func threshold() {
        #expect(route(risk(70)).request == nil)
        let request = route(risk(71)).request
        #expect(request?.incident == nil && request?.action.kind == .pullReview)
        #expect(request?.expiresAt == now + .hours(4))
        #expect(route(risk(71, isOpen: false)).request == nil)
    }

    @Test(
        "without approval a review is sent only with the setting, above the 95th percentile, and without a freeze",
        arguments: [
            (true, 95.1, false, true), (true, 95, false, false), (false, 99, false, false), (true, 99, true, false),
        ])
    func automatic(setting: Bool, percentile: Double, frozen: Bool, expected: Bool) {
        let decision = route(risk(80, percentile: percentile), automatic: setting, frozen: frozen)
        let reviews = decision.acts.filter { $0.action.kind == .pullReview }
        #expect(reviews.count == (expected ? 1 : 0))
        #expect((decision.request == nil) == expected)
        if expected { #expect(reviews[0].ground == .policy(.pullPercentile(over: 95))) }
    }

    @Test("without a percentile nothing is automatic")
    func unknownPercentile() {
        #expect(route(risk(100, percentile: nil), automatic: true).request != nil)
    }

    @Test("a pending or rejected review of the same commit is not requested again; a new commit replaces it")
    func again() {
        #expect(route(risk(80), PullStanding(requests: [request(.pending)])).request == nil)
        #expect(route(risk(80), PullStanding(requests: [request(.rejected)])).request == nil)
        let replaced = route(risk(80), PullStanding(requests: [request(.pending, head: "b")]))
        #expect(replaced.withdrawn?.item.id == 5 && replaced.request != nil)
        #expect(route(risk(80), PullStanding(requests: [request(.rejected, head: "b")])).request != nil)
        #expect(route(risk(80), PullStanding(requests: [request(.expired)])).request?.number == 2)
    }

    @Test("when the score falls the review is dismissed once; a partial score dismisses nothing")
    func dismissal() {
        let address = "https://github.com/acme/app/pull/12#pullrequestreview-9412"
        let review = act(.requestChanges(target, text: "changes"), .done, id: 2, address)
        let fallen = route(risk(10), PullStanding(acts: [review])).acts.compactMap(\.action.pull)
        #expect(fallen.contains(.dismiss(target, review: 9412, text: "over")))
        let dismissed = act(.dismiss(target, review: 9412, text: "over"), .done, id: 3)
        #expect(
            !route(risk(10), PullStanding(acts: [review, dismissed])).acts.contains { $0.action.kind == .pullDismissal }
        )
        let partial = route(risk(10, gaps: ["half"]), PullStanding(acts: [review]))
        #expect(!partial.acts.contains { $0.action.kind == .pullDismissal })
        let comment = act(
            .requestChanges(target, text: "changes"), .done, id: 2, "https://x/pull/12#pullrequestcomment-9")
        #expect(!route(risk(10), PullStanding(acts: [comment])).acts.contains { $0.action.kind == .pullDismissal })
        let closed = route(risk(10), PullStanding(requests: [request(.pending)]))
        #expect(closed.withdrawn?.item.id == 5, "a pending request goes with the score")
    }

    @Test(
        "nobody decides on a review of their own pull request",
        arguments: [
            ("U01MAL (slack)", true), ("mal@laptop (console)", true), ("mallory@host (console)", true),
            ("bob@host (console)", false),
        ])
    func own(author: String, isOwn: Bool) {
        var settings = Settings()
        settings.people = [
            .with { ($0.name, $0.slack, $0.unix, $0.github) = ("Mal", "U01MAL", "mal", "Mallory") },
            .with { ($0.name, $0.unix) = ("Other", "mallory") },
            .with { ($0.name, $0.unix, $0.github) = ("Bob", "bob", "bob") },
        ]
        let gate = Gate(policy: Policy(settings: settings))
        let verdict = gate.approve(request(.pending), by: author, in: Circumstances(), now: now)
        #expect((verdict == .refuse(.ownPull("mallory"))) == isOwn, "\(verdict)")
        #expect((gate.refusal(of: request(.pending), to: author, now: now) == .ownPull("mallory")) == isOwn)
    }
}
