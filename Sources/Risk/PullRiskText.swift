import Basics
import Investigation
package import OnCallModel

/// The sentences on the risk of a pull request. They state only what ``PullRisk/facts`` has.
package enum PullRiskText {
    /// Adds the paragraph and the recommendation, once everything else is known.
    package static func complete(_ risk: PullRisk, threshold: Int) -> PullRisk {
        var risk = risk
        risk.recommendation = recommendation(risk, threshold: threshold)
        risk.paragraph = paragraph(risk)
        return risk
    }

    static func reasons(of risk: PullRisk, _ signs: [DiffSign]) -> [String] {
        var reasons = signs.map { "It \($0.phrase)." }
        if risk.errors > 0 || risk.cost > 0 {
            reasons.insert(
                "\(counted(risk.errors, "new error")) and \(Format.dollars(risk.cost)) followed earlier changes of its files.",
                at: 0)
        }
        if risk.decayedFixes >= 0.1 {
            let fixed = risk.files.filter { $0.fixes > 0 }.prefix(3).map { $0.path.prefix(80) }
            reasons.append("Its files were fixed before: \(fixed.joined(separator: ", ")).")
        }
        if risk.added >= 100 { reasons.append("It adds \(risk.added) lines in \(counted(risk.changedFiles, "file")).") }
        return reasons
    }

    private static func recommendation(_ risk: PullRisk, threshold: Int) -> String {
        guard risk.gaps.isEmpty else { return "Score it again: not everything could be read." }
        if risk.score > threshold {
            return "Do not merge it before a second review; roll it out in stages and watch cost and errors for 24 h."
        }
        guard let percentile = risk.percentile else {
            return risk.reasons.isEmpty
                ? "Review it as usual; there is no history to compare it with."
                : "Check the points above in the review; there is no history to compare it with."
        }
        if percentile > 95 { return "Have a second person review it, and roll it out in stages." }
        if percentile > 75 { return "Review it with care, and watch cost and errors for 24 h after the merge." }
        return "Review it as usual."
    }

    private static func paragraph(_ risk: PullRisk) -> String {
        let size = "It changes \(counted(risk.changedFiles, "file")) (+\(risk.added) −\(risk.removed))."
        let past =
            risk.priorChanges == 0
            ? "No earlier change of its files is known."
            : "\(counted(risk.errors, "new error")) and \(Format.dollars(risk.cost)) followed "
                + "\(counted(risk.priorChanges, "earlier change")) of its files."
        let reasons = risk.reasons.filter { $0.hasPrefix("It ") && !$0.hasPrefix("It adds") }.prefix(3)
        let gaps = risk.gaps.isEmpty ? [] : ["The score is partial."] + risk.gaps
        return ([size, past] + risk.notes + [standing(risk)] + reasons + gaps).joined(separator: " ")
    }

    private static func standing(_ risk: PullRisk) -> String {
        guard let percentile = risk.percentile else {
            return
                "The history of this repository is too short for a percentile: \(counted(risk.peers, "change")) of at least "
                + "\(RiskRanking.minCount) are known. In a published study, a fix followed \(published) of changes."
        }
        let place =
            "It is riskier than \(whole(percentile)) % of the latest \(counted(risk.peers, "change")) of this repository."
        guard let chance = risk.chance, let base = risk.baseRate, risk.isOwnBaseRate, base > 0 else {
            return place
                + " The history is too young for a base rate; in a published study, a fix followed \(published) of changes."
        }
        return place + " A fix followed \(Format.percent(chance)) of such changes within 30 days, "
            + "\(Format.decimal(chance / base, digits: 1)) times the usual \(Format.percent(base))."
    }

    private static let published = Format.percent(RiskRanking.publishedBaseRate)

    private static func whole(_ number: Double) -> String { Format.decimal(number, digits: 0) }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    // MARK: Markdown

    /// Files that the comment lists.
    private static let listed = 10

    /// The comment on the pull request. Times are left out, so that the same score is the same text.
    package static func comment(_ risk: PullRisk, threshold: Int) -> String {
        let verdict = risk.score > threshold ? "above" : "not above"
        var parts = [
            "## Sentinel Risk Score: \(risk.score)/100",
            escaped(risk.paragraph), "**Recommendation:** \(escaped(risk.recommendation))", table(risk),
            "The score is \(verdict) the threshold of \(threshold). Scored at commit \(risk.target.head.prefix(7)).",
        ]
        if !risk.gaps.isEmpty {
            parts.insert("**This score is partial.** \(escaped(risk.gaps.joined(separator: " ")))", at: 1)
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    package static func review(_ risk: PullRisk, threshold: Int) -> String {
        let reasons = risk.reasons.map { "- \(escaped($0))" }.joined(separator: "\n")
        return [
            "Sentinel requests changes: the risk score of this pull request is \(risk.score), above the threshold of \(threshold).",
            escaped(risk.paragraph), reasons, "**Recommendation:** \(escaped(risk.recommendation))",
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    package static func dismissal(_ risk: PullRisk, threshold: Int) -> String {
        "The risk score is \(risk.score) at commit \(risk.target.head.prefix(7)), not above the threshold of \(threshold)."
    }

    private static func table(_ risk: PullRisk) -> String {
        guard !risk.files.isEmpty else { return "" }
        let rows = risk.files.prefix(listed).map { file in
            "| \(escaped(String(file.path.prefix(120)))) | +\(file.added) −\(file.removed) | \(file.changes) | \(file.fixes) "
                + "| \(file.errors) | \(Format.dollars(file.cost)) |"
        }
        let more = risk.files.count - rows.count
        let rest = more > 0 ? "\n\n\(counted(more, "more file"))." : ""
        return "| File | Lines | Earlier changes | Fixes | Errors after | Cost after |\n|---|---|---|---|---|---|\n"
            + rows.joined(separator: "\n") + rest
    }

    /// Names of files are foreign text: what Markdown would obey is made plain.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text where !character.isNewline {
            if "\\`*_[]<>|~".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }
}
