import Actions
import Basics
import Governance
import HTTPClient
import OnCallModel
import Testing

/// The incident, loop and approvals that the tests act on.
enum Scene {
    static let now = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(seconds: 0)
    static let gate = Gate(policy: Policy(settings: Settings()))

    static let loop = LoopEvidence(
        traceID: "a3f9d21b-loop", agent: "research-agent", generations: 14, cost: 0.61, firstSeen: now - .seconds(28),
        lastSeen: now - .seconds(2), repeatedStep: "retry-search", repetitions: 14, isRepetitive: true)

    static let suspect = Suspect(
        sha: "0123456789abcdef0123456789abcdef01234567", title: "Raise retries", author: "alice", score: 3.1,
        why: ["+1.2 changes max_retries in src/agent.py"])

    static func incident(
        headline: String = "14 generations of one trace", subject: String = "a3f9d21b-loop",
        report: String = "## What happened\n\nA loop.", suspects: [Suspect] = [suspect], gaps: [String] = [],
        acts: [ActRecord] = [], sql: String = "SELECT 1"
    ) -> IncidentDetail {
        IncidentDetail(
            summary: IncidentSummary(
                id: 7, fingerprint: Fingerprint("x"), type: .agentLoop, severity: .critical, state: .open,
                subject: subject, headline: headline, firstSeen: now - .minutes(5), lastSeen: now, occurrences: 2,
                costPerHour: 12.5, approval: .pending),
            findings: [
                IncidentFinding(
                    incident: 7, fingerprint: Fingerprint("x"), facts: .loop(LoopFacts()), severity: .critical,
                    subject: subject, headline: headline, why: "", firstSeen: now - .minutes(5), lastSeen: now,
                    occurrences: 2, costPerHour: 12.5, sql: sql, links: FindingLinks())
            ], report: report, suspects: suspects, commits: [], errors: [], messages: [], gaps: gaps, acts: acts)
    }

    static func request(
        _ action: Action = .killLoop(trace: "a3f9d21b-loop", agent: "research-agent"), status: ApprovalStatus = .pending
    ) -> ApprovalItem {
        ApprovalItem(
            id: 12, incident: 7, action: action, type: .agentLoop, severity: .critical, status: status, summary: "",
            dryRun: [], createdAt: now, expiresAt: now + .hours(4))
    }

    static func permission(_ action: Action) throws -> Permission {
        let circumstances = Circumstances()
        let verdict: Verdict =
            switch action.kind {
            case .postIncident, .updatePost, .postReply, .createIssue, .commentIssue, .notify:
                gate.notice(action, incident: 7, round: 0)
            case .killLoop:
                gate.order(
                    action,
                    by: IntentRecord(
                        id: 3, intent: .killLoop(trace: action.traces.first ?? ""), author: "alice@host", createdAt: now
                    ),
                    incident: 7, in: circumstances)
            case .postDigest, .warnBudget: gate.notice(action)
            case .review, .execute, .pullComment, .pullReview, .pullDismissal:
                approved(request(action), by: ["alice@host", "bob@host"])
            }
        guard case .allow(let permission) = verdict else {
            throw Refused(verdict: verdict)
        }
        return permission
    }

    /// The approvals of people one after the other, as far as they are needed.
    private static func approved(_ item: ApprovalItem, by people: [String]) -> Verdict {
        var item = item
        for person in people {
            switch gate.approve(item, by: person, in: Circumstances(), now: now) {
            case .allow(let permission): return .allow(permission)
            case .refuse(let refusal): return .refuse(refusal)
            case .wait(let vote): item.votes.append(vote)
            }
        }
        return .refuse(.frozen)
    }

    struct Refused: Error {
        var verdict: Verdict
    }

    /// A process that has no agent to kill.
    static let noKilling = KillPorts(
        flags: KillFlags(startedAt: now - .hours(1)) { _ in }, address: nil, latestSteps: { _ in [:] })

    static func runner(_ environment: [String: String], killing: KillPorts = noKilling) -> ActionRunner {
        ActionRunner(
            access: ProviderAccess(environment: environment), http: HTTPClient(), clock: .fixed(now), killing: killing)
    }
}

extension Outcome {
    var reason: String {
        switch self {
        case .done(let detail, _): "done: \(detail)"
        case .retry(let reason, _): "retry: \(reason)"
        case .refused(let reason): "refused: \(reason)"
        case .failed(let reason, _): "failed: \(reason)"
        case .unknown(let reason): "unknown: \(reason)"
        case .changed(_, let reason): "changed: \(reason)"
        }
    }

    var reference: String? {
        if case .done(_, let reference) = self { reference } else { nil }
    }
}
