import Governance
import OnCallModel

/// Replies in the thread of an incident's message. Unlike an update, Slack notifies people of a reply.
struct PostReply: SlackPost {
    /// "Opened again: …", "Still open after 4 h 0 min".
    let reply: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    var parent: MessageAddress? { context.incidentMessage }
    var success: String { "Replied in \(slack.access.channel): \(text.line(reply, limit: 300))" }

    func message(key: String) -> SlackMessage? {
        guard let parent else { return nil }
        let line = text.slackLine(reply, limit: 1500)
        return SlackMessage(
            key: key, fallback: line,
            blocks: [
                BlockKit.section(line, id: BlockKit.blockID(key)),
                BlockKit.context([text.slackLine("Sentinel: \(context.lastScanSentence)", limit: 200)]),
            ],
            thread: parent.timestamp)
    }
}
