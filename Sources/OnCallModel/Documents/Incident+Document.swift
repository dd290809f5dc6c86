package import Basics

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
            ])
        ).adding(memory.members)
    }
}

extension IncidentDetail {
    /// All data of an incident: what `sentinel incidents show N --format json` prints.
    package func wholeJSON(_ forensics: IncidentForensics) -> JSONValue {
        json(listing: findings).adding([
            "commits": .array(commits.map(\.summary)), "errors": .array(errors.map(\.summary)),
            "messages": .array(messages.map(\.summary)), "graph": forensics.graph.json,
            "traces": .array(forensics.traces.map(\.json)), "timeline": .array(forensics.timeline.map(\.json)),
        ])
    }
}

extension CommitFact {
    /// Without its message's body and its patches.
    package var summary: JSONValue {
        [
            "sha": .string(sha), "title": .string(title), "author": .string(author), "date": JSONValue(date),
            "url": .string(url), "files": .array(files.map { .string($0.path) }),
        ]
    }
}

extension ErrorFact {
    fileprivate var summary: JSONValue {
        [
            "id": .string(id), "title": .string(title), "level": .string(level), "count": JSONValue(count),
            "first_seen": JSONValue(firstSeen), "last_seen": JSONValue(lastSeen), "url": .string(url),
        ]
    }
}

extension MessageFact {
    fileprivate var summary: JSONValue {
        ["channel": .string(channel), "author": .string(author), "at": JSONValue(date), "text": .string(text)]
    }
}
