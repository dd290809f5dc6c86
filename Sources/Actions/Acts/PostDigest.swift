import Basics
import Governance
import OnCallModel

/// Posts the digest of a week.
struct PostDigest: SlackPost {
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    var parent: MessageAddress? { nil }
    var success: String { "Posted to \(slack.access.channel)." }
    var absence: ActFault { .failed("The digest is not in the store; there is nothing to post.") }

    func message(key: String) -> SlackMessage? {
        context.digest.map { digest in
            DigestMessage(digest: digest, lastScan: context.lastScanSentence, text: text).message(key: key)
        }
    }
}

/// Posts that a budget is, or will be, exceeded.
struct WarnBudget: SlackPost {
    let warning: String
    let context: ActContext
    let slack: SlackAPI
    let text: OutgoingText

    var parent: MessageAddress? { nil }
    var success: String { "Posted to \(slack.access.channel)." }

    func message(key: String) -> SlackMessage? {
        let line = text.slackLine(warning, limit: 1000)
        return SlackMessage(
            key: key, fallback: line,
            blocks: [
                BlockKit.section(line, id: BlockKit.blockID(key)),
                BlockKit.context([text.slackLine("`sentinel cost` shows it · \(context.lastScanSentence)", limit: 300)]
                ),
            ])
    }
}
