import Basics
import Governance
import OnCallModel

/// The message of an incident: what burns, why, and what is proposed.
struct IncidentMessage: Sendable {
    let incident: IncidentDetail
    let loop: LoopEvidence?
    /// The request that is asked below; nil asks nothing.
    let request: ApprovalItem?
    /// Buttons are drawn only where their clicks are heard.
    let hasButtons: Bool
    /// What became of it since: "Approved by alice@host", "Expired".
    let note: String?
    let text: OutgoingText

    private var summary: IncidentSummary { incident.summary }

    /// The message as it is first posted.
    func message(key: String) -> SlackMessage {
        SlackMessage(key: key, fallback: fallback, blocks: blocks(key: key))
    }

    /// What notifications show, and what is read where blocks are not drawn.
    var fallback: String {
        let title = "\(mark) \(summary.severity.rawValue) \(summary.type.rawValue): \(summary.headline)"
        return text.slackLine((note.map { $0 + " · " } ?? "") + title, limit: 600)
    }

    func blocks(key: String) -> [JSONValue] {
        var blocks = [
            BlockKit.header(text.slackPlain(title, limit: BlockKit.headerLimit), id: BlockKit.blockID(key)),
            BlockKit.section(text.slackLine(summary.headline, limit: 600)),
            BlockKit.fields(facts.map { "*\($0.name)*\n" + text.slackLine($0.value, limit: 200) }),
        ]
        if let culprit { blocks.append(BlockKit.section(culprit)) }
        let report = text.slackReport(incident.report, limit: 2800)
        if !report.isEmpty { blocks.append(BlockKit.section(report)) }
        if !evidence.isEmpty { blocks.append(BlockKit.context(evidence)) }
        if let request { blocks += asking(request) }
        if let note { blocks.append(BlockKit.section("*" + text.slackLine(note, limit: 500) + "*")) }
        blocks.append(BlockKit.context([text.slackLine(footer, limit: 300)]))
        return blocks
    }

    private var mark: String {
        switch summary.severity {
        case .critical: "🔴"
        case .high: "🟠"
        case .medium: "🟡"
        case .info: "🔵"
        }
    }

    private var title: String {
        "\(mark) \(summary.severity.rawValue.uppercased()) \(summary.type.rawValue): \(summary.subject)"
    }

    private var facts: [(name: String, value: String)] {
        var facts = [
            ("Severity", summary.severity.rawValue), ("Type", summary.type.rawValue), ("Subject", summary.subject),
            ("Cost", "\(Format.dollars(summary.costPerHour))/h"), ("Since", summary.firstSeen.readable),
        ]
        if summary.occurrences > 1 { facts.append(("Seen", "\(summary.occurrences) times")) }
        if let loop {
            facts.append(
                ("Loop", "\(loop.pattern), \(counted(loop.generations, "generation")), \(Format.dollars(loop.cost))"))
            facts.append(("Agent", loop.agent))
        }
        return facts
    }

    private var culprit: String? {
        guard let suspect = incident.suspects.first else { return nil }
        let commit = "\(suspect.shortSHA) \(suspect.title)"
        let author = suspect.author.isEmpty ? "" : " by \(suspect.author)"
        let why = suspect.why.prefix(4).map { "\n• " + text.slackLine($0, limit: 200) }
        return "*Likely cause*\n" + text.slackLine(commit + author, limit: 400) + why.joined()
    }

    /// What was looked at beside the culprit, and what could not be.
    private var evidence: [String] {
        let errors = incident.errors.prefix(3).map { "Sentry: \($0.title) (\(counted($0.count, "event")))" }
        let others = incident.suspects.dropFirst().prefix(2).map { "Also considered: \($0.shortSHA) \($0.title)" }
        return (errors + others + incident.gaps.prefix(3)).map { text.slackLine($0, limit: 250) }
    }

    private var footer: String {
        "Sentinel incident \(summary.id) · \(summary.state.rawValue) · last seen \(summary.lastSeen.readable)"
    }

    /// The buttons, only while the request is open.
    private func asking(_ request: ApprovalItem) -> [JSONValue] {
        guard request.status == .pending else { return [] }
        let id = String(request.id)
        let act = text.slackPlain(request.action.sentence, limit: 300)
        var buttons = [
            BlockKit.button("Approve", action: "sentinel_approve_" + id, value: id, style: .primary, confirm: act),
            BlockKit.button("Reject", action: "sentinel_reject_" + id, value: id, style: .danger, confirm: nil),
        ]
        if case .killLoop(let trace, _) = request.action, isPlain(trace) {
            buttons.append(
                BlockKit.button(
                    "Kill Loop", action: "sentinel_kill_loop_" + trace, value: trace, style: .danger, confirm: act))
        }
        let question = "*Proposed:* " + text.slackLine(request.action.sentence, limit: 500)
        guard hasButtons else {
            let how = "Decide in the console, or with `sentinel approvals approve \(id)`."
            return [BlockKit.section(question + "\nExpires \(request.expiresAt.readable). \(how)")]
        }
        return [
            BlockKit.section(question + "\nExpires \(request.expiresAt.readable)."),
            BlockKit.actions(buttons),
        ]
    }

    /// A trace id goes into a button unchanged or not at all: a changed one would name another trace. Without its button
    /// the request is still approved by the other.
    private func isPlain(_ trace: String) -> Bool {
        trace.utf8.count <= 200 && trace.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && text.plain(trace) == trace && !trace.contains { "<>&@".contains($0) }
    }
}
