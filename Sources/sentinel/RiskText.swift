import Basics
import OnCallModel

/// The risk of pull requests as text.
enum RiskText {
    static func table(_ risks: [PullRisk]) -> String {
        TextTable.list(
            risks, orElse: "No pull request was scored. `sentinel risk N` scores one.",
            ["pull request", "score", "percentile", "lines", "files", "scored", "title"]
        ) { risk in
            [
                Value(risk.target.number), Value(risk.score), .text(percentile(risk)),
                .text("+\(risk.added) −\(risk.removed)"), Value(risk.changedFiles), .text(risk.scoredAt.iso8601Seconds),
                .text(risk.gaps.isEmpty ? risk.title : "(partial) \(risk.title)"),
            ]
        }
    }

    static func detail(_ risk: PullRisk, answer: String) -> String {
        var lines = [
            "Pull request \(risk.target.name): \(risk.title)", "",
            "Risk score   \(risk.score) of 100",
            "Percentile   \(percentile(risk))",
            "Base rate    \(baseRate(risk))",
            "Size         +\(risk.added) −\(risk.removed) in \(risk.changedFiles) files", "",
            risk.paragraph, "", "Recommendation: \(risk.recommendation)", answer, "",
        ].map(TextTable.inert)
        if !risk.files.isEmpty {
            lines.append(
                TextTable(
                    ["file", "added", "removed", "earlier changes", "fixes", "errors after", "cost after"],
                    risk.files.prefix(20).map { file in
                        [
                            .text(file.path), Value(file.added), Value(file.removed), Value(file.changes),
                            Value(file.fixes), Value(file.errors), .text(Format.dollars(file.cost)),
                        ]
                    }
                ).text)
        }
        if risk.files.count > 20 { lines.append("\(risk.files.count - 20) more files; --format json lists all.\n") }
        return lines.joined(separator: "\n")
    }

    private static func percentile(_ risk: PullRisk) -> String {
        risk.percentile.map { "\(Format.decimal($0, digits: 0)) of \(risk.peers) recent changes" }
            ?? "unknown (\(risk.peers) changes known)"
    }

    private static func baseRate(_ risk: PullRisk) -> String {
        guard let base = risk.baseRate else { return "unknown" }
        let own = risk.chance.map { "\(Format.percent($0)) of changes with such a score, " } ?? ""
        let source = risk.isOwnBaseRate ? "" : " (of a published study; this repository's history is too young)"
        return "\(own)\(Format.percent(base)) of all were followed by a fix within 30 days\(source)"
    }
}
