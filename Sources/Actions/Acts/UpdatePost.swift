import Basics
import Governance
import OnCallModel

/// Updates the message of an incident. It has buttons while a request is pending, and none afterwards. Sending the same update
/// twice changes nothing.
struct UpdatePost: Act {
    /// What happened: "Approved by alice@host", "Expired", "Killed".
    let note: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        return [payload.map { slack.request("chat.update", $0).preview } ?? absence.reason]
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            if let missing = slack.missing { throw .failed(missing) }
            guard let payload else { throw absence }
            _ = try await slack.write("chat.update", payload, isRepeatable: true)
            return .done(
                detail: "Updated the message in \(slack.access.channel).",
                reference: context.incidentMessage?.reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome { await perform(permission) }

    private var absence: ActFault { context.messageAbsence(to: "update") }

    private var payload: JSONValue? {
        guard let incident = context.incident, let address = context.incidentMessage else { return nil }
        let message = IncidentMessage(
            incident: incident, loops: context.loops,
            request: incident.summary.state == .resolved ? nil : context.request,
            hasButtons: slack.access.acceptsClicks, note: note, lastScan: context.lastScanSentence,
            text: text)
        let id = incident.summary.id
        let key = ActKey(.postIncident(incident: id), for: .incident(id, round: 0))
        return [
            "channel": .string(address.channel), "ts": .string(address.timestamp), "text": .string(message.fallback),
            "blocks": .array(message.blocks(key: key.text)),
        ]
    }
}
