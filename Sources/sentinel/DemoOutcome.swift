import AgentCore
import Basics
import JSON
import OnCallModel
import Sandbox

/// The content of the store at the end of the demo.
struct DemoOutcome: Hashable, Sendable {
    var incidents: [IncidentDetail]
    var loops: [LoopItem]
    var approvals: [ApprovalItem]
    /// The latest scan's report as JSON text.
    var report: String

    /// The JSON form of a scan, with the incidents at the end of the demo and the expected result.
    func json(truth: DemoScenario.Truth) throws -> JSONValue {
        let scan = try JSONDocument.parse(report)
        let blamed = incidents.first { $0.lead?.facts.cost != nil }?.suspects.first?.sha
        let loop = loops.first { $0.loop.traceID == truth.loopTrace }
        let members = (scan.members ?? []).map { member -> JSONValue.Member in
            switch member.name {
            case "incidents": .init(member.name, .array(incidents.map(\.json)))
            case "approvals": .init(member.name, .array(approvals.map(\.json)))
            default: member
            }
        }
        return JSONValue.object(members).adding([
            "culprit": JSONValue(blamed),
            "killed": .array(loops.filter { $0.status == .killed }.map { .string($0.loop.traceID) }),
            "loops": .array(loops.map(\.json)),
            "planted": [
                "culprit": .string(truth.culprit), "decoy": .string(truth.decoy), "loop": .string(truth.loopTrace),
            ],
            "ok": .bool(blamed == truth.culprit && loop?.status == .killed),
        ])
    }
}
