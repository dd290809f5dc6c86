import Basics
import OnCallModel

/// The message of a weekly digest, in Slack's markup and within its limits.
struct DigestMessage: Sendable {
    let digest: DigestRecord
    /// "last successful scan 2026-11-24 03:10:05 UTC".
    let lastScan: String
    let text: OutgoingText

    /// Slack takes 3000 characters in a section, and 50 blocks in a message.
    private static let sectionLimit = 2900
    private static let maxSections = 40

    private var document: DigestDocument { digest.document }

    func message(key: String) -> SlackMessage {
        SlackMessage(
            key: key, fallback: text.slackLine("\(document.title). \(document.summary)", limit: 600),
            blocks: blocks(key: key))
    }

    private func blocks(key: String) -> [JSONValue] {
        let header = BlockKit.header(
            text.slackPlain(document.title, limit: BlockKit.headerLimit), id: BlockKit.blockID(key))
        var blocks = [header, BlockKit.section(text.slackLine(document.summary, limit: 600))]
        if !document.lead.isEmpty { blocks.append(BlockKit.section(text.slackLine(document.lead, limit: 1500))) }
        for section in document.sections.prefix(Self.maxSections) where !section.lines.isEmpty {
            blocks.append(BlockKit.section(mrkdwn(section)))
        }
        let gaps =
            (document.gaps + document.notes).map { "Missing data: \($0)" } + [
                "sentinel digest --week \(digest.week) · \(lastScan)"
            ]
        blocks.append(BlockKit.context(gaps.suffix(10).map { text.slackLine($0, limit: 500) }))
        return blocks
    }

    /// The lines that fit, and how many do not.
    private func mrkdwn(_ section: DigestDocument.Section) -> String {
        var result = "*\(text.slackLine(section.heading, limit: 100))*"
        for (index, line) in section.lines.enumerated() {
            let next = "\n• " + text.slackLine(line, limit: 400)
            guard result.unicodeScalars.count + next.unicodeScalars.count <= Self.sectionLimit else {
                return result + "\n• \(section.lines.count - index) more"
            }
            result += next
        }
        return result
    }
}
