package import Basics
import OnCallModel

extension WriteUp {
    /// What `sentinel incidents export N --format json` prints.
    package var json: JSONValue {
        [
            "title": .string(title), "cost": .string(cost),
            "figures": .object(
                figures.map { JSONValue.Member($0.name.lowercased().replacing(" ", with: "_"), .string($0.value)) }),
            "timeline": .array(IncidentStory(detail, forensics).entries.map(\.json)),
            "evidence": .array(
                evidence.map { ["text": .string($0.text), "url": $0.url.isEmpty ? .null : .string($0.url)] }),
            "graph_text": .array(GraphText.lines(forensics.graph).map(JSONValue.string)),
            "mermaid": .string(GraphText.mermaid(forensics.graph)),
            "actions": .array(actions.map(Self.action)), "gaps": .array(gaps.map(JSONValue.string)),
            "follow_ups": .array(
                followUps.map { ["text": .string($0.text), "why": .string($0.why)] }),
            "incident": detail.wholeJSON(forensics),
        ]
    }

    private static func action(_ act: ActRecord) -> JSONValue {
        [
            "action": .string(act.action.sentence), "allowed_by": .string(act.ground.sentence),
            "requested_at": JSONValue(act.createdAt), "finished_at": JSONValue(act.finishedAt),
            "state": .string(act.state.rawValue), "outcome": .string(act.detail),
            "reference": act.reference.map(JSONValue.string) ?? .null,
        ]
    }
}
