import Basics
import OnCallModel

/// Scored pull requests and files as the Risk pane shows them.
enum RiskFixtures {
    private static let now = PaneFixtures.now

    static func pulls(_ name: String) -> [PullRisk] {
        func pull(_ number: Int, _ score: Int, _ percentile: Double?, _ title: String, lines: Int) -> PullRisk {
            var risk = PullRisk(
                PullTarget(
                    repository: "acme/assistant", number: number, head: "e5a1c9d37b2f4a6088e1d0c3b5a7f9e2d4c6b8a1",
                    author: "carol"))
            (risk.score, risk.percentile, risk.title, risk.added, risk.removed) = (score, percentile, title, lines, 5)
            (risk.scoredAt, risk.changedFiles) = (now - .minutes(Double(number % 60)), 2)
            risk.files = [
                .init(path: "src/\(name).py", added: lines, removed: 5, changes: 7, fixes: 2, errors: 18, cost: 6.02),
                .init(path: "prompts/answer.md", added: 2, removed: 0, changes: 0, fixes: 0, errors: 0, cost: 0),
            ]
            risk.reasons = ["It raises max_retries from 6 to 12 in src/\(name).py."]
            risk.paragraph =
                "It changes 2 files (+\(lines) −5). 18 new errors and $6.02 followed 7 earlier changes of its files."
            risk.recommendation = "Have a second person review it, and roll it out in stages."
            return risk
        }
        var partial = pull(419, 12, nil, "search: rank by date", lines: 40)
        partial.gaps = ["Only 100 of its 350 files were read."]
        return [
            pull(421, 96, 98.5, "\(name): retry tool calls and answer with the larger model", lines: 175), partial,
            pull(402, 0, 12, "docs: clearer wording", lines: 3),
        ]
    }

    static func files(_ name: String) -> [RiskFile] {
        [("src/\(name).py", [0, 2, 5, 11]), ("src/checkout/texts.py", [0, 0, 1]), ("README.md", [nil, 0])].map {
            path, trend in
            var file = RiskFile(path: path)
            for (day, errors) in trend.enumerated() {
                file.add(
                    CodeChange(
                        sha: "\(path)\(day)", at: now - .days(Double(20 - day)), title: "", isFix: day == 1,
                        costDelta: 0.5,
                        errorDelta: errors))
            }
            return file
        }
    }
}
