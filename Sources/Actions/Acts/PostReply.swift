import Basics
import Governance
import OnCallModel

/// Says in the thread of an incident's message what became of it. Unlike an update it is a message that people hear of.
struct PostReply: Act {
    /// "Opened again: …", "Still open after 4 h 0 min".
    let reply: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        guard let address = context.incidentMessage else {
            return ["The incident's message is not posted yet; the reply follows it."]
        }
        return [
            slack.request("chat.postMessage", message(key: key, below: address).payload(channel: address.channel))
                .preview
        ]
    }

    func perform(_ permission: Permission) async -> Outcome {
        if let missing = slack.missing { return .failed(reason: missing) }
        guard let address = context.incidentMessage else { return withoutMessage }
        return await outcome { () async throws(ActFault) -> Outcome in
            let sent = try await slack.post(message(key: permission.key.text, below: address), in: address.channel)
            return .done(
                detail: "Said in \(slack.access.channel): \(text.line(reply, limit: 300))", reference: sent.reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        guard let address = context.incidentMessage else { return withoutMessage }
        return await slack.lookUp(
            key: permission.key.text, since: context.attemptedAt, in: address.channel, thread: address.timestamp)
    }

    private var withoutMessage: Outcome {
        let post = context.incident?.acts.last { $0.action.kind == .postIncident }
        guard let post, post.state != .failed else {
            return .failed(reason: "The incident has no message in Slack to reply to.")
        }
        return .retry(reason: "The incident's message is not posted yet.", after: .seconds(10))
    }

    private func message(key: String, below address: MessageAddress) -> SlackMessage {
        let line = text.slackLine(reply, limit: 1500)
        return SlackMessage(
            key: key, fallback: line, blocks: [BlockKit.section(line, id: BlockKit.blockID(key))],
            thread: address.timestamp)
    }
}
