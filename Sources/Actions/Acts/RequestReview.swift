import Governance
import OnCallModel

/// Asks the author of the suspect commit to review it, in the thread of the incident's message. Asks the team when there is
/// no suspect.
struct RequestReview: SlackPost {
    /// Empty when there is no suspect.
    let commit: String
    let author: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    var parent: MessageAddress? { context.incidentMessage }
    var success: String {
        "Asked \(author.isEmpty ? "the team" : text.line(author, limit: 80)) in \(slack.access.channel) for a review."
    }

    func message(key: String) -> SlackMessage? {
        let suspect = context.incident?.suspects.first { $0.sha == commit && !commit.isEmpty }
        let addressee = author.isEmpty ? "Team" : author
        let title = suspect.map { " “\($0.title)”" } ?? ""
        let request = text.slackLine(
            commit.isEmpty
                ? "\(addressee): please investigate this incident; no suspect commit was found."
                : "\(addressee): please review commit \(commit.prefix(7))\(title), the likely cause of this incident.",
            limit: 800)
        let why = (suspect?.why ?? []).prefix(5).map { "\n• " + text.slackLine($0, limit: 200) }.joined()
        return SlackMessage(
            key: key, fallback: request,
            blocks: [
                BlockKit.section(request + why, id: BlockKit.blockID(key)),
                BlockKit.context([text.slackLine("Sentinel: \(context.lastScanSentence)", limit: 200)]),
            ],
            thread: parent?.timestamp)
    }
}
