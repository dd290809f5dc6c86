import Basics
import Governance
import OnCallModel

/// Posts a new incident to the incidents channel.
struct PostIncident: Act {
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        guard let message = message(key: key) else { return ["The incident is missing; nothing to post."] }
        return [slack.request("chat.postMessage", message.payload(channel: slack.access.channel)).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        guard let message = message(key: permission.key.text) else {
            return .failed(reason: "The incident is not in the store; nothing was posted.")
        }
        return await outcome { () async throws(ActFault) -> Outcome in
            let address = try await slack.post(message)
            return .done(detail: "Posted to \(slack.access.channel).", reference: address.reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        await slack.lookUp(key: permission.key.text, since: context.attemptedAt)
    }

    private func message(key: String) -> SlackMessage? {
        context.incident.map {
            IncidentMessage(
                incident: $0, loop: context.loop, request: context.request, hasButtons: slack.access.hearsClicks,
                note: nil, text: text
            ).message(key: key)
        }
    }
}
