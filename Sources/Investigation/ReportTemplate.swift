package import Basics
package import OnCallModel

/// The report of an incident from its facts alone, in Markdown, written without a language model.
package enum ReportTemplate {
    /// The headings of every report, the model's too.
    package static let headings = ["What happened", "Likely cause", "Impact", "Recommended action"]

    /// `reason` says why no model wrote it. `redaction` removes secrets from texts of others; the default removes those with
    /// the shape of a provider's key.
    package static func report(
        of file: CaseFile, suspects: [Suspect], reason: String, redaction: Redaction = Redaction()
    ) -> Narrative {
        let file = file.redacted(by: redaction)
        let suspects = suspects.map { $0.redacted(by: redaction) }
        let bodies = [
            whatHappened(file), likelyCause(file, suspects), impact(file), action(file, suspects),
        ]
        let text = zip(headings, bodies).map { "## \($0)\n\n\($1)" }.joined(separator: "\n\n")
        return Narrative(text: text + "\n", author: .template(reason: reason))
    }

    private static func whatHappened(_ file: CaseFile) -> String {
        let finding = file.finding
        var lines = [
            "\(UntrustedText.forMarkdown(finding.description, limit: 600)) It started at \(finding.onset.iso8601Seconds)."
        ]
        lines += file.companions.prefix(5).map {
            "- Same incident, because \(UntrustedText.forMarkdown($0.why, limit: 160)): \(UntrustedText.forMarkdown($0.headline, limit: 400))"
        }
        let errors = file.errors.filter { $0.firstSeen >= finding.onset - .hours(1) }
        lines += errors.prefix(3).map {
            "- New in Sentry: \(UntrustedText.forMarkdown($0.title)), \($0.count) times since \($0.firstSeen.iso8601Seconds)."
        }
        lines += file.messages.prefix(3).map {
            "- Slack, \($0.date.iso8601Seconds), \(UntrustedText.forMarkdown($0.author, limit: 40)): \(UntrustedText.forMarkdown($0.text))"
        }
        return lines.joined(separator: "\n")
    }

    private static func likelyCause(_ file: CaseFile, _ suspects: [Suspect]) -> String {
        var lines: [String] = []
        if let first = suspects.first {
            let author = first.author.isEmpty ? "" : " by \(UntrustedText.forMarkdown(first.author, limit: 60))"
            lines.append("Commit \(first.shortSHA)\(author), “\(UntrustedText.forMarkdown(first.title))”:")
            lines += first.why.map { "- \(UntrustedText.forMarkdown($0))" }
            let others = suspects.dropFirst().map {
                "\($0.shortSHA) “\(UntrustedText.forMarkdown($0.title, limit: 80))” (\(Format.decimal($0.score, digits: 1)))"
            }
            if !others.isEmpty {
                lines.append(
                    "\nScore \(Format.decimal(first.score, digits: 1)); next: "
                        + others.joined(separator: ", ") + ".")
            }
        } else {
            lines.append("No suspect commit. \(Blame.abstention(of: file) ?? "")")
        }
        if !file.gaps.isEmpty {
            lines.append(
                "\nMissing data: " + file.gaps.map { UntrustedText.forMarkdown($0, limit: 200) }.joined(separator: " "))
        }
        return lines.joined(separator: "\n")
    }

    private static func impact(_ file: CaseFile) -> String {
        let finding = file.finding
        var text = "\(Format.dollars(finding.costPerHour)) per hour at the time of the scan"
        text += "; \(Format.dollars(finding.costPerHour * 6)) over six hours if nothing changes."
        if let loop = finding.loop {
            text +=
                " Trace \(UntrustedText.forMarkdown(loop.traceID, limit: 80)) has taken \(loop.generations) generations"
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

    private static func action(_ file: CaseFile, _ suspects: [Suspect]) -> String {
        var steps: [String] = []
        if let loop = file.finding.loop {
            let name =
                "trace \(UntrustedText.forMarkdown(loop.traceID, limit: 80)) of \(UntrustedText.forMarkdown(loop.agent, limit: 60))"
            steps.append(
                loop.isRepetitive
                    ? "Kill \(name): it repeats \(UntrustedText.forMarkdown(loop.pattern, limit: 80))."
                    : "Check \(name) before you kill it: its steps do not repeat.")
        }
        if let first = suspects.first {
            let author = first.author.isEmpty ? "the team" : UntrustedText.forMarkdown(first.author, limit: 60)
            steps.append("Ask \(author) to review commit \(first.shortSHA), and revert it if it is the cause.")
        } else if file.finding.loop == nil {
            steps.append(
                "Check how \(UntrustedText.forMarkdown(file.finding.subject, limit: 80)) has been used since the onset."
            )
        }
        if file.finding.facts.cost != nil, suspects.isEmpty, NoCodeCase(file).isSurge {
            steps.append("The cost continues as long as the traffic. Set a quota to limit it.")
        }
        return steps.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
    }
}
