import Basics
import Governance
import OnCallModel

/// Replies in the thread of an incident's message. Unlike an update, Slack notifies people of a reply.
struct PostReply: Act {
    /// "Opened again: …", "Still open after 4 h 0 min".
    let reply: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        guard let address = context.incidentMessage else {
            return ["The incident's message is not posted yet. The reply is sent after it."]
        }
        return [
            slack.request("chat.postMessage", message(key: key, below: address).payload(channel: address.channel))
                .preview
        ]
    }

    func perform(_ permission: Permission) async -> Outcome {
        if let missing = slack.missing { return .failed(reason: missing) }
        guard let address = context.incidentMessage else { return context.withoutMessage(to: "reply to") }
        return await outcome { () async throws(ActFault) -> Outcome in
            let sent = try await slack.post(message(key: permission.key.text, below: address), in: address.channel)
            return .done(
                detail: "Replied in \(slack.access.channel): \(text.line(reply, limit: 300))", reference: sent.reference
            )
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        guard let address = context.incidentMessage else { return context.withoutMessage(to: "reply to") }
        return await slack.lookUp(
            key: permission.key.text, since: context.attemptedAt, in: address.channel, thread: address.timestamp)
    }

    private func message(key: String, below address: MessageAddress) -> SlackMessage {
        let line = text.slackLine(reply, limit: 1500)
        return SlackMessage(
            key: key, fallback: line, blocks: [BlockKit.section(line, id: BlockKit.blockID(key))],
            thread: address.timestamp)
    }
}
