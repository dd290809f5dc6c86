import Basics
import Governance
import OnCallModel

/// Asks the culprit's author in the thread of the incident's message to look at a commit; the team, when blame abstains.
struct RequestReview: Act {
    /// Empty when no commit stands out.
    let commit: String
    let author: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = slack.missing { return [missing] }
        let channel = context.incidentMessage?.channel ?? slack.access.channel
        return [slack.request("chat.postMessage", message(key: key).payload(channel: channel)).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            let address = try await slack.post(message(key: permission.key.text), in: context.incidentMessage?.channel)
            let whom = author.isEmpty ? "the team" : text.line(author, limit: 80)
            return .done(detail: "Asked \(whom) in \(slack.access.channel) for a review.", reference: address.reference)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        let address = context.incidentMessage
        return await slack.lookUp(
            key: permission.key.text, since: context.attemptedAt, in: address?.channel, thread: address?.timestamp)
    }

    private func message(key: String) -> SlackMessage {
        let suspect = context.incident?.suspects.first { $0.sha == commit && !commit.isEmpty }
        let whom = author.isEmpty ? "Team" : author
        let title = suspect.map { " “\($0.title)”" } ?? ""
        let request =
            commit.isEmpty
            ? "\(whom): please investigate this incident; no suspect commit was found."
            : "\(whom): please review commit \(commit.prefix(7))\(title), the likely cause of this incident."
        let why = (suspect?.why ?? []).prefix(5).map { "\n• " + text.slackLine($0, limit: 200) }
        let body = text.slackLine(request, limit: 800) + why.joined()
        return SlackMessage(
            key: key, fallback: text.slackLine(request, limit: 800),
            blocks: [BlockKit.section(body, id: BlockKit.blockID(key))], thread: context.incidentMessage?.timestamp)
    }
}
