import Basics
import Governance
import OnCallModel

/// Updates the message of an incident and removes its buttons. Sending the same update twice changes nothing.
struct UpdatePost: Act {
    /// What happened: "Approved by alice@host", "Expired", "Killed".
    let note: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        guard let address = context.incidentMessage, let payload = payload(at: address) else {
            return ["The incident's message is not posted yet. It is updated after that."]
        }
        return [slack.request("chat.update", payload).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        if let missing = slack.missing { return .failed(reason: missing) }
        guard let address = context.incidentMessage, let payload = payload(at: address) else {
            return context.withoutMessage(to: "update")
        }
        return await outcome { () async throws(ActFault) -> Outcome in
            _ = try await slack.write("chat.update", payload, isRepeatable: true)
            return .done(detail: "Updated the message in \(slack.access.channel).", reference: address.reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await perform(permission)
    }

    private func payload(at address: MessageAddress) -> JSONValue? {
        guard let incident = context.incident else { return nil }
        let message = IncidentMessage(
            incident: incident, loop: context.loop, request: nil, hasButtons: false, note: note, text: text)
        let id = incident.summary.id
        let key = ActKey(.postIncident(incident: id), for: .incident(id, round: 0))
        return [
            "channel": .string(address.channel), "ts": .string(address.timestamp), "text": .string(message.fallback),
            "blocks": .array(message.blocks(key: key.text)),
        ]
    }
}
