import Basics
import Governance
import OnCallModel

/// The message of an incident: what happens, why, and what is proposed.
struct IncidentMessage: Sendable {
    let incident: IncidentDetail
    /// The loops that it is about.
    let loops: [LoopEvidence]
    /// The request whose buttons it has; nil for none.
    let request: ApprovalItem?
    /// Buttons are added only if Slack sends their clicks.
    let hasButtons: Bool
    /// What happened since: "Approved by alice@host", "Expired".
    let note: String?
    /// "last successful scan 2026-11-24 03:10:05 UTC".
    let lastScan: String
    let text: OutgoingText

    private var summary: IncidentSummary { incident.summary }

    /// The message as it is first posted.
    func message(key: String) -> SlackMessage {
        SlackMessage(key: key, fallback: fallback, blocks: blocks(key: key))
    }

    /// For notifications, and for clients that draw no blocks.
    var fallback: String {
        let others = summary.parts > 1 ? "\(summary.parts - 1) more findings; " : ""
        let title = "\(mark) \(summary.severity.rawValue) \(summary.type.rawValue): \(others)\(summary.headline)"
        return text.slackLine((note.map { $0 + " · " } ?? "") + title, limit: 600)
    }

    /// At most twelve lines: the finding, its figures, the cause, the remedy, and what was not checked.
    func blocks(key: String) -> [JSONValue] {
        var blocks = [
            BlockKit.header(text.slackPlain(title, limit: BlockKit.headerLimit), id: BlockKit.blockID(key)),
            BlockKit.section(
                text.slackLine(summary.headline, limit: 600) + "\n" + text.slackLine(figures, limit: 400)),
        ]
        if let members = incident.members.sentence {
            blocks.append(BlockKit.section("*Members:* " + text.slackLine(members, limit: 1200)))
        }
        blocks.append(BlockKit.section(cause + before))
        if hasButtons, incident.namesCause, incident.memory.mark == nil { blocks.append(BlockKit.actions(verdicts)) }
        blocks += request.map(asking) ?? remedy.map { [BlockKit.section($0)] } ?? []
        if let note { blocks.append(BlockKit.section("*" + text.slackLine(note, limit: 500) + "*")) }
        blocks.append(BlockKit.context([text.slackLine(footer, limit: 300), unchecked].compactMap { $0 }))
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

    private var figures: String {
        var figures = ["\(Format.dollars(summary.costPerHour))/h", "since \(summary.firstSeen.readable)"]
        if summary.occurrences > 1 { figures.append("seen \(summary.occurrences) times") }
        if let loop = loops.first {
            let (generations, cost) = (loops.map(\.generations).reduce(0, +), loops.map(\.cost).reduce(0, +))
            let runs = loops.count > 1 ? " in \(loops.count) runs" : ""
            figures.append(
                "\(counted(generations, "generation")) of \(loop.agent)\(runs) for \(Format.dollars(cost)): \(loop.pattern)"
            )
        }
        return figures.joined(separator: " · ")
    }

    /// The suspect with up to three reasons, else the first sentence of the report on the cause.
    private var cause: String {
        guard let suspect = incident.suspects.first else {
            let why = incident.noCodeCause?.why.prefix(2).joined(separator: "; ") ?? ""
            let reported = section("Likely cause")
            let known = reported.isEmpty ? why.isEmpty ? "not known yet" : why : reported
            return "*Likely cause:* " + text.slackLine(known, limit: 400)
        }
        let author = suspect.author.isEmpty ? "" : " by \(suspect.author)"
        let why = suspect.why.prefix(incident.findings.count > 1 ? 2 : 3).map {
            "\n• " + text.slackLine($0, limit: 200)
        }
        return "*Likely cause:* "
            + text.slackLine("\(suspect.shortSHA) \(suspect.title)\(author)", limit: 400) + why.joined()
    }

    /// The past incident that is most like it, and how often causes of this kind were right, with its runbook, on one line.
    private var before: String {
        let known = [
            incident.memory.similar.first?.phrase, incident.memory.runbooks.first.map { "Runbook: \($0.title)." },
            incident.memory.record.sentence.map { "Causes of this kind: \($0)." },
        ].compactMap { $0 }
        return known.isEmpty ? "" : "\n" + text.slackLine(known.joined(separator: " "), limit: 300)
    }

    /// A person's judgement of the cause; the message has them until somebody has judged.
    private var verdicts: [JSONValue] {
        let id = String(summary.id)
        return [
            BlockKit.button("Cause right", action: "sentinel_cause_right_" + id, value: id, style: nil, confirm: nil),
            BlockKit.button("Cause wrong", action: "sentinel_cause_wrong_" + id, value: id, style: nil, confirm: nil),
        ]
    }

    private var remedy: String? {
        let first = section("Recommended action")
        return first.isEmpty ? nil : "*Remedy:* " + text.slackLine(first, limit: 400)
    }

    /// The first line of a section of the report, without the mark of a list.
    private func section(_ heading: String) -> String {
        let lines = incident.report.split(whereSeparator: \.isNewline).map { String($0).trimmed }
        guard let start = lines.firstIndex(of: "## \(heading)"),
            let line = lines[(start + 1)...].first(where: { !$0.isEmpty }), !line.hasPrefix("#")
        else { return "" }
        return line.hasPrefix("1. ") || line.hasPrefix("- ") ? String(line.drop { $0 != " " }.dropFirst()) : line
    }

    /// One line without URLs; the report has all of it.
    private var unchecked: String? {
        guard !incident.gaps.isEmpty else { return nil }
        let words = incident.gaps.joined(separator: " ").split(whereSeparator: \.isWhitespace)
        let plain = words.filter { !$0.contains("://") }.joined(separator: " ")
        return text.slackLine("Not checked: \(plain)", limit: 300)
    }

    private var footer: String {
        "Sentinel incident \(summary.id) · \(summary.state.rawValue) · last seen \(summary.lastSeen.readable)"
            + " · report: sentinel incidents show \(summary.id) · \(lastScan)"
    }

    /// The question with its buttons, only while the request is pending.
    private func asking(_ request: ApprovalItem) -> [JSONValue] {
        guard request.status == .pending else { return [] }
        let id = String(request.id)
        let act = text.slackPlain(request.action.sentence, limit: 300)
        let seen = "\(id) \(request.fingerprint)"
        var buttons = [
            BlockKit.button("Approve", action: "sentinel_approve_" + id, value: seen, style: .primary, confirm: act),
            BlockKit.button("Reject", action: "sentinel_reject_" + id, value: id, style: .danger, confirm: nil),
        ]
        if let kill = kill(request, id: id, confirm: act) { buttons.append(kill) }
        let question =
            "*Proposed:* " + text.slackLine(request.action.sentence, limit: 500)
            + "\nExpires \(request.expiresAt.readable)."
            + (request.missingApproval.map { " " + text.slackLine($0, limit: 200) } ?? "")
        if hasButtons { return [BlockKit.section(question), BlockKit.actions(buttons)] }
        return [BlockKit.section("\(question) Decide in the console, or with `sentinel approvals approve \(id)`.")]
    }

    /// Of several loops it approves the request, which is for all of them.
    private func kill(_ request: ApprovalItem, id: String, confirm: String) -> JSONValue? {
        guard request.action.kind == .killLoop else { return nil }
        let traces = request.action.traces
        if traces.count > 1 {
            return BlockKit.button(
                "Kill Loops", action: "sentinel_kill_loops_" + id, value: "\(id) \(request.fingerprint)",
                style: .danger, confirm: confirm)
        }
        guard let trace = traces.first, isPlain(trace) else { return nil }
        return BlockKit.button(
            "Kill Loop", action: "sentinel_kill_loop_" + trace, value: trace, style: .danger, confirm: confirm)
    }

    /// A trace id is put into a button unchanged or not at all: a changed one would name another trace. Without this button,
    /// the Approve button still approves the kill.
    private func isPlain(_ trace: String) -> Bool {
        trace.utf8.count <= 200 && trace.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && text.plain(trace) == trace && !trace.contains { "<>&@".contains($0) }
    }
}
