package import Basics
import OnCallModel

extension WeekFacts {
    /// `{"week","zone","from","until","as_of","final","merged":{"now","before","pulls":[…]}|null,"incidents":{…},…,"gaps"}`.
    /// `null` where a source could not be read. Costs are US dollars.
    package var json: JSONValue {
        [
            "week": .string(week.name), "zone": .string(zoneName), "from": JSONValue(week.from),
            "until": JSONValue(week.until), "as_of": JSONValue(asOf), "final": .bool(isFinal),
            "merged": pulls.value.map(merged) ?? .null, "incidents": knowsWeek ? incidents : .null,
            "approvals": approvals,
            "drifts": drifts, "errors": errors.value.map(errorGroups) ?? .null,
            "cost": cost.value?.features.json ?? .null, "month": monthJSON,
            "budgets": budgets.value.map { .array($0.map(\.json)) } ?? .null,
            "sources_down": .array(
                records.outages.map { ["source": .string($0.source), "since": JSONValue($0.since)] }),
            "gaps": .array(gaps.map(JSONValue.string)), "notes": .array(notes.map(JSONValue.string)),
            "knows_before": .bool(knowsBefore),
        ]
    }

    private func counts<Element>(_ split: (now: [Element], before: [Element])) -> [JSONValue.Member] {
        [.init("now", .integer(Int64(split.now.count))), .init("before", .integer(Int64(split.before.count)))]
    }

    private func merged(_ pulls: [MergedPull]) -> JSONValue {
        let parts = split(pulls) { $0.mergedAt }
        let list: [JSONValue] = parts.now.prefix(50).map { pull in
            [
                "number": JSONValue(pull.number), "title": .string(pull.title), "author": .string(pull.author),
                "merged_at": JSONValue(pull.mergedAt),
            ]
        }
        return .object(counts(parts) + [.init("pulls", .array(list))])
    }

    private var incidents: JSONValue {
        let parts = split(records.incidents) { $0.firstSeen }
        let list: [JSONValue] = parts.now.prefix(50).map { incident in
            [
                "id": .integer(incident.id), "type": .string(incident.type.rawValue),
                "severity": .string(incident.severity.rawValue), "state": .string(incident.state.rawValue),
                "subject": .string(incident.subject), "headline": .string(incident.headline),
                "cost": .number(incident.life.cost),
            ]
        }
        return .object(counts(parts) + [.init("incidents", .array(list))])
    }

    private var approvals: JSONValue {
        let parts = split(records.approvals) { $0.createdAt }
        return .object(
            counts(parts)
                + ApprovalStatus.allCases.map { status in
                    .init(status.rawValue, .integer(Int64(parts.now.count { $0.status == status })))
                })
    }

    private var drifts: JSONValue {
        let parts = split(records.drifts) { $0.at }
        return .object(
            counts(parts) + [.init("features", .array(Set(parts.now.map(\.feature)).sorted().map(JSONValue.string)))])
    }

    private func errorGroups(_ groups: [ErrorGroup]) -> JSONValue {
        let parts = split(groups) { $0.firstSeen }
        let list: [JSONValue] = parts.now.prefix(20).map { group in
            [
                "name": .string(group.name), "title": .string(group.title), "events": JSONValue(group.events),
                "first_seen": JSONValue(group.firstSeen), "trend": .string(group.trend),
            ]
        }
        return .object(counts(parts) + [.init("new", .array(list))])
    }

    private var monthJSON: JSONValue {
        switch month {
        case nil: .null
        case .learning(let spent, let days): ["spent": .number(spent), "days": JSONValue(days), "projected": .null]
        case .projected(let spent, let estimate, let days):
            ["spent": .number(spent), "days": JSONValue(days), "projected": estimate.json]
        }
    }
}
