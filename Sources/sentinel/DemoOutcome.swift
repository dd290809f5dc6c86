import AgentCore
import Basics
import JSON
import OnCallModel
import Sandbox

extension DemoOutcome {
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
        let isRight = blamed == truth.culprit && loop?.status == .killed
        let tail: [JSONValue.Member] = [
            .init("culprit", JSONValue(blamed)),
            .init("killed", .array(loops.filter { $0.status == .killed }.map { .string($0.loop.traceID) })),
            .init("loops", .array(loops.map(\.json))),
            .init(
                "planted",
                [
                    "culprit": .string(truth.culprit), "decoy": .string(truth.decoy), "loop": .string(truth.loopTrace),
                ]),
            .init("ok", .bool(isRight)),
        ]
        return .object(members + tail)
    }
}
