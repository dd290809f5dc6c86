import Basics
import OnCallModel

/// The GitHub issue of an incident: facts, report, suspects, and the hidden marker by which it is found.
struct IncidentIssue: Sendable {
    let incident: IncidentDetail
    /// The loops that it is about.
    let loops: [LoopEvidence]
    let lastScan: String
    let text: OutgoingText

    static let labels = ["incident", "sentinel"]
    static let titleLimit = 240
    /// GitHub accepts 65 536 characters.
    static let reportLimit = 40_000

    /// No other text of Sentinel can contain it: `<!` in foreign text is broken up.
    static func marker(_ key: String) -> String {
        "<!-- sentinel:\(key.filter { $0 != "<" && $0 != ">" && !$0.isNewline }) -->"
    }

    func draft(key: String) -> IssueDraft {
        IssueDraft(title: title, body: body(key: key), labels: Self.labels)
    }

    private var summary: IncidentSummary { incident.summary }

    private var title: String {
        let what = "\(summary.severity.rawValue) \(summary.type.rawValue): \(summary.headline)"
        return "[Sentinel] " + text.gitHubLine(what, limit: Self.titleLimit - 11)
    }

    /// The marker comes first, so that no text before it can turn it into code.
    private func body(key: String) -> String {
        let parts = [
            Self.marker(key), table, members, text.gitHubReport(incident.report, limit: Self.reportLimit), suspects,
            gaps, query, "Sentinel: \(text.gitHubLine(lastScan, limit: 100)).",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private var table: String {
        var rows = [
            ("Severity", summary.severity.rawValue), ("Type", summary.type.rawValue), ("Subject", summary.subject),
            ("Cost", "\(Format.dollars(summary.costPerHour))/h"), ("First seen", summary.firstSeen.readable),
            ("Last seen", summary.lastSeen.readable), ("Occurrences", String(summary.occurrences)),
        ]
        if let loop = loops.first {
            let (generations, cost) = (loops.map(\.generations).reduce(0, +), loops.map(\.cost).reduce(0, +))
            let runs = loops.count > 1 ? " in \(loops.count) runs" : ""
            rows.append(
                ("Loop", "\(loop.pattern)\(runs), \(counted(generations, "generation")), \(Format.dollars(cost))"))
            rows.append(("Agent", loop.agent))
        }
        let lines = rows.map { "| \($0) | \(cell($1)) |" }
        return (["| | |", "|---|---|"] + lines).joined(separator: "\n")
    }

    private func cell(_ value: String) -> String {
        text.gitHubLine(value, limit: 300).replacing("|", with: "\\|")
    }

    private var members: String {
        let members = incident.members
        guard members.listed.count > 1 else { return "" }
        let lines = members.listed.map { "- " + text.gitHubLine("\($0.subject): \($0.headline)", limit: 300) }
        let rest = members.more > 0 ? ["-\(members.rest)"] : []
        return (["### Members: \(members.kinds)", ""] + lines + rest).joined(separator: "\n")
    }

    private var suspects: String {
        guard !incident.suspects.isEmpty else { return "" }
        let lines = incident.suspects.prefix(5).map { suspect in
            let why = suspect.why.prefix(6).joined(separator: "; ")
            return "- " + text.gitHubLine("\(suspect.sha) \(suspect.title) (\(suspect.author)): \(why)", limit: 600)
        }
        return "### Commits considered, likeliest first\n\n" + lines.joined(separator: "\n")
    }

    private var gaps: String {
        guard !incident.gaps.isEmpty else { return "" }
        let lines = incident.gaps.prefix(10).map { "- " + text.gitHubLine($0, limit: 300) }
        return "### Missing data\n\n" + lines.joined(separator: "\n")
    }

    /// The statement, indented as code, which no fence inside it can end.
    private var query: String {
        guard let lead = incident.lead, !lead.sql.isEmpty else { return "" }
        let sql = text.gitHubCode(lead.sql, limit: 6000)
        let lines = sql.split(separator: "\n", omittingEmptySubsequences: false).prefix(200).map { "    " + $0 }
        return "### Detection query\n\n" + lines.joined(separator: "\n")
    }
}
