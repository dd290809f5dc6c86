import Basics
import Governance
import OnCallModel

/// Brings the message of an incident up to date and takes its buttons away. The same update twice is the same message.
struct UpdatePost: Act {
    /// What happened: "Approved by alice@host", "Expired", "Killed".
    let note: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        guard let address = context.incidentMessage, let payload = payload(at: address) else {
            return ["The incident's message is not posted yet; it is changed when it is."]
        }
        return [slack.request("chat.update", payload).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        if let missing = slack.missing { return .failed(reason: missing) }
        guard let address = context.incidentMessage, let payload = payload(at: address) else { return withoutMessage }
        return await outcome { () async throws(ActFault) -> Outcome in
            _ = try await slack.write("chat.update", payload, isRepeatable: true)
            return .done(detail: "Updated the message in \(slack.access.channel).", reference: address.reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await perform(permission)
    }

    private var withoutMessage: Outcome {
        let post = context.incident?.acts.last { $0.action.kind == .postIncident }
        guard let post, post.state != .failed else {
            return .failed(reason: "The incident has no message in Slack to update.")
        }
        return .retry(reason: "The incident's message is not posted yet.", after: .seconds(10))
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
