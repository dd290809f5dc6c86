package import Basics
package import OnCallModel

/// The report of an incident from its facts alone, in Markdown, written without a language model.
package enum ReportTemplate {
    /// The headings of every report, also of a model's.
    package static let headings = ["Likely cause", "What happened", "Impact", "Recommended action"]

    /// `reason` says why no model wrote it. `redaction` removes secrets from foreign texts; the default removes text in the
    /// form of a provider's key.
    package static func report(
        of file: CaseFile, suspects: [Suspect], reason: String, redaction: Redaction = Redaction()
    ) -> Narrative {
        let file = file.redacted(by: redaction)
        let suspects = suspects.map { $0.redacted(by: redaction) }
        let bodies = [likelyCause(file, suspects), whatHappened(file), impact(file), action(file, suspects)]
        return Narrative(text: sections(bodies) + "\n", author: .template(reason: reason))
    }

    /// The bodies below the headings.
    static func sections(_ bodies: [String]) -> String {
        zip(headings, bodies).map { "## \($0)\n\n\($1)" }.joined(separator: "\n\n")
    }

    /// The report before the investigation has ended.
    package static func preliminary(
        of finding: Finding, companions: [IncidentFinding], redaction: Redaction = Redaction()
    ) -> String {
        let file = CaseFile(finding: finding, companions: companions).redacted(by: redaction)
        let cause =
            "Investigating: commits, errors and messages are being read. This report is updated when they are known."
        return sections([cause, whatHappened(file), impact(file), action(file, [])]) + "\n"
    }

    static func safe(_ text: String, limit: Int = 160) -> String {
        UntrustedText.forMarkdown(text, limit: limit)
    }

    static func whatHappened(_ file: CaseFile) -> String {
        let finding = file.finding
        var lines = ["\(safe(finding.description, limit: 600)) It started at \(finding.onset.iso8601Seconds)."]
        lines += file.companions.prefix(5).map {
            "- Same incident, because \(safe($0.why, limit: 160)): \(safe($0.headline, limit: 400))"
        }
        if file.companions.count > 5 { lines.append("- And \(file.companions.count - 5) more findings like these.") }
        lines += file.alerts.prefix(5).map { "- \(safe($0.sentence, limit: 300))." }
        let errors = file.errors.filter { $0.firstSeen >= finding.onset - .hours(1) }
        lines += errors.prefix(3).map {
            "- New in Sentry: \(safe($0.title)), \($0.count) times since \($0.firstSeen.iso8601Seconds)."
        }
        lines += file.messages.prefix(3).map {
            "- Slack, \($0.date.iso8601Seconds), \(safe($0.author, limit: 40)): \(safe($0.text))"
        }
        return lines.joined(separator: "\n")
    }

    private static func likelyCause(_ file: CaseFile, _ suspects: [Suspect]) -> String {
        var lines: [String] = []
        if let first = suspects.first {
            lines.append("\(commit(first)):")
            lines += first.why.map { "- \(safe($0))" }
            let others = suspects.dropFirst().map {
                "\($0.shortSHA) “\(safe($0.title, limit: 80))” (\(Format.decimal($0.score, digits: 1)))"
            }
            if !others.isEmpty {
                let score = Format.decimal(first.score, digits: 1)
                lines.append("\nScore \(score); next: \(others.joined(separator: ", ")).")
            }
        } else {
            lines.append(verdict(file, suspects))
        }
        if !file.gaps.isEmpty { lines.append("\n\(missing(file))") }
        return lines.joined(separator: "\n")
    }

    private static func commit(_ suspect: Suspect) -> String {
        let author = suspect.author.isEmpty ? "" : " by \(safe(suspect.author, limit: 60))"
        return "Commit \(suspect.shortSHA)\(author), “\(safe(suspect.title))”"
    }

    /// The best suspect and its strongest reason, or why there is none, on one line.
    static func verdict(_ file: CaseFile, _ suspects: [Suspect]) -> String {
        guard let first = suspects.first else {
            return "No suspect commit. \(Blame.abstention(of: file) ?? "")".trimmed
        }
        let why = first.why.first.map { ": \(safe($0))" } ?? ""
        return "\(commit(first))\(why)" + (why.hasSuffix(".") ? "" : ".")
    }

    static func missing(_ file: CaseFile) -> String {
        "Missing data: " + file.gaps.map { safe($0, limit: 200) }.joined(separator: " ")
    }

    static func impact(_ file: CaseFile) -> String {
        let finding = file.finding
        var text = "\(Format.dollars(finding.costPerHour)) per hour at the time of the scan"
        text += "; \(Format.dollars(finding.costPerHour * 6)) over six hours if nothing changes."
        if let loop = finding.loop {
            text += " Trace \(safe(loop.traceID, limit: 80)) has taken \(loop.generations) generations"
            text += " for \(Format.dollars(loop.cost)), \(Format.dollars(loop.costPerMinute)) per minute."
        } else if let total = cost(since: finding, in: file.hours) {
            text += " \(Format.dollars(total)) since it started."
        }
        return text
    }

    /// US dollars of the hours from the onset on; nil when no such hour was read.
    static func cost(since finding: Finding, in hours: [HourFact]) -> Double? {
        let spent = hours.filter { $0.hour >= finding.onset.startOfHour }
        return spent.isEmpty ? nil : spent.reduce(0) { $0 + $1.cost }
    }

    static func action(_ file: CaseFile, _ suspects: [Suspect]) -> String {
        var steps: [String] = []
        let alike = file.companions.compactMap(\.loop).count
        if let loop = file.finding.loop, alike > 0 {
            steps.append(
                "Kill the \(alike + 1) looping traces of \(safe(loop.agent, limit: 60)): they repeat "
                    + "\(safe(loop.repeatedStep, limit: 80)).")
        } else if let loop = file.finding.loop {
            let name = "trace \(safe(loop.traceID, limit: 80)) of \(safe(loop.agent, limit: 60))"
            steps.append(
                loop.isRepetitive
                    ? "Kill \(name): it repeats \(safe(loop.pattern, limit: 80))."
                    : "Check \(name) before you kill it: its steps do not repeat.")
        }
        if let first = suspects.first {
            let author = first.author.isEmpty ? "the team" : safe(first.author, limit: 60)
            steps.append("Ask \(author) to review commit \(first.shortSHA), and revert it if it is the cause.")
        } else if file.finding.loop == nil {
            steps.append("Check how \(safe(file.finding.subject, limit: 80)) has been used since the onset.")
        }
        if file.finding.facts.cost != nil, suspects.isEmpty, NoCodeCase(file).isSurge {
            steps.append("The cost continues as long as the traffic. Set a quota to limit it.")
        }
        return steps.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
    }
}
