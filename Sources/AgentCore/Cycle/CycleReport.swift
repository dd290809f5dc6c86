package import Basics
package import OnCallModel

/// What one scan found and did: the form of `sentinel scan --format json` (contract).
package struct CycleReport: Hashable, Sendable {
    package var startedAt: Instant
    package var findings: [Finding] = []
    package var incidents: [IncidentDetail] = []
    package var approvals: [ApprovalItem] = []
    package var sources: [SourceHealth] = []
    package var detectors: [DetectorHealth] = []
    package var sampling: Sampling?
    /// Milliseconds by stage, in the order of the stages.
    package var timings: [Timing] = []

    package struct Timing: Hashable, Sendable {
        package var stage: String
        package var milliseconds: Double
    }

    package init(startedAt: Instant) {
        self.startedAt = startedAt
    }

    /// Data is missing. A source without keys and its detectors do not count, unless no detector is left.
    package var isPartial: Bool {
        sources.contains { [.partial, .down, .refused, .waiting, .noData].contains($0.state) }
            || detectors.contains { [.partial, .failed].contains($0.state) }
            || !detectors.isEmpty && detectors.allSatisfy { $0.state == .notConfigured }
    }

    package var json: JSONValue {
        .fields([
            "findings": .array(findings.map(\.json)), "incidents": .array(incidents.map(\.json)),
            "approvals": .array(approvals.map(\.json)),
            "sources": .object(sources.map { JSONValue.Member($0.name, $0.json) }),
            "detectors": .object(detectors.map { JSONValue.Member($0.type.rawValue, $0.json) }),
            "sampling": sampling?.json, "partial": .bool(isPartial),
            "timings_ms": .object(timings.map { JSONValue.Member($0.stage, .number($0.milliseconds)) }),
        ])
    }
}

extension Finding {
    package var json: JSONValue {
        [
            "type": .string(type.rawValue), "severity": .string(severity.rawValue),
            "fingerprint": .string(fingerprint.text), "subject": .string(subject), "description": .string(description),
            "evidence": facts.json, "sql": .string(sql),
        ]
    }
}

extension IncidentSummary {
    package var json: JSONValue {
        [
            "id": .integer(id), "fingerprint": .string(fingerprint.text), "type": .string(type.rawValue),
            "severity": .string(severity.rawValue), "state": .string(state.rawValue), "subject": .string(subject),
            "description": .string(headline), "first_seen": JSONValue(firstSeen), "last_seen": JSONValue(lastSeen),
            "occurrences": JSONValue(occurrences), "cost_per_hour": .number(costPerHour), "cost": .number(life.cost),
            "approval": .string(approval.rawValue), "reopened": JSONValue(life.reopened),
            "snoozed_until": JSONValue(life.snoozedUntil), "silence": life.silence?.json ?? .null,
            "inhibited_by": life.parent.map { .integer($0.incident) } ?? .null,
            "notified_at": JSONValue(life.notifiedAt),
            "undelivered": undelivered.isEmpty ? .null : .string(undelivered.joined(separator: " ")),
        ]
    }
}

extension IncidentLife.Hold {
    fileprivate var json: JSONValue {
        ["id": .integer(id), "until": JSONValue(until), "reason": .string(reason)]
    }
}

extension IncidentDetail {
    /// With the first of its findings, and their number.
    package var json: JSONValue { json(listing: members.listed) }

    func json(listing findings: [IncidentFinding]) -> JSONValue {
        summary.json.adding(
            .fields([
                "inhibited_why": summary.life.parent.map { .string($0.why) },
                "members": JSONValue(members.count), "findings": .array(findings.map(\.json)),
                "blame": .array(suspects.map(\.json)),
                "no_code_cause": noCodeCause?.json, "report": .string(report),
                "evidence": lead?.facts.json ?? .object([]), "sql": .string(lead?.sql ?? ""),
                "gaps": .array(gaps.map(JSONValue.string)), "acts": .array(acts.map(\.json)),
            ]))
    }
}

extension IncidentFinding {
    package var json: JSONValue {
        .fields([
            "type": .string(type.rawValue), "severity": .string(severity.rawValue),
            "fingerprint": .string(fingerprint.text), "subject": .string(subject), "description": .string(headline),
            "why": why.isEmpty ? nil : .string(why), "first_seen": JSONValue(firstSeen),
            "last_seen": JSONValue(lastSeen), "occurrences": JSONValue(occurrences), "evidence": facts.json,
        ])
    }
}

extension ActRecord {
    package var json: JSONValue {
        [
            "id": .integer(id), "kind": .string(action.kind.rawValue), "sentence": .string(action.sentence),
            "state": .string(state.rawValue), "tries": JSONValue(tries), "detail": .string(detail),
            "reference": JSONValue(reference), "allowed_by": .string(ground.sentence),
            "created_at": JSONValue(createdAt), "finished_at": JSONValue(finishedAt),
        ]
    }
}

extension ApprovalItem {
    package var json: JSONValue {
        [
            "id": .integer(id), "incident": incident.map { .integer($0) } ?? .null,
            "action": .string(action.kind.rawValue), "sentence": .string(action.sentence),
            "type": .string(type.rawValue), "severity": .string(severity.rawValue),
            "status": .string(status.rawValue), "summary": .string(summary),
            "dry_run": .array(dryRun.map(JSONValue.string)), "created_at": JSONValue(createdAt),
            "expires_at": JSONValue(expiresAt), "resolved_at": JSONValue(resolvedAt),
            "resolved_by": JSONValue(resolvedBy), "approvers": JSONValue(approvers),
            "approved_by": .array(currentVotes.map { .string($0.author) }), "act": act?.json ?? .null,
        ]
    }
}

extension LoopItem {
    package var json: JSONValue {
        [
            "id": .integer(id), "trace": .string(loop.traceID), "agent": .string(loop.agent),
            "generations": JSONValue(loop.generations), "cost": .number(loop.cost),
            "cost_per_minute": .number(loop.costPerMinute), "pattern": .string(loop.pattern),
            "status": .string(status.rawValue), "kill_method": JSONValue(killMethod),
            "incident": incident.map { .integer($0) } ?? .null, "request": request.map { .integer($0) } ?? .null,
            "first_seen": JSONValue(loop.firstSeen), "last_seen": JSONValue(loop.lastSeen), "as_of": JSONValue(asOf),
        ]
    }
}

extension SourceHealth {
    package var json: JSONValue {
        .fields([
            "state": .string(state.rawValue), "as_of": JSONValue(asOf), "calls": JSONValue(calls),
            "message": message.isEmpty ? nil : .string(message),
        ])
    }
}

extension DetectorHealth {
    package var json: JSONValue {
        ["state": .string(state.rawValue), "message": .string(message), "as_of": JSONValue(asOf)]
    }
}

extension Silence {
    package var json: JSONValue {
        [
            "id": .integer(id), "type": JSONValue(matcher.type?.rawValue), "subject": JSONValue(matcher.subject),
            "at_most": JSONValue(matcher.maxSeverity?.rawValue), "fingerprint": JSONValue(matcher.fingerprint?.text),
            "reason": .string(reason), "author": .string(author), "created_at": JSONValue(createdAt),
            "starts_at": JSONValue(startsAt), "expires_at": JSONValue(expiresAt), "ended_at": JSONValue(endedAt),
            "ended_by": JSONValue(endedBy),
        ]
    }
}
