import Basics

/// The repository's past, and an open pull request that changes how the support bot calls its model.
extension DemoScenario {
    /// The number of the open pull request.
    package static let openPull = 421

    var openPull: SandboxPull {
        SandboxPull(
            number: Self.openPull, title: "support-bot: retry tool calls and answer with the larger model",
            body: "Customers see half an answer when a tool fails once.", author: "carol", branch: "tool-retries",
            headSHA: "e5a1c9d37b2f4a6088e1d0c3b5a7f9e2d4c6b8a1", created: now - .hours(4), updated: now - .minutes(40),
            files: [
                .init(
                    path: "src/support_bot/agent.py",
                    patch: """
                        @@ -12,9 +12,58 @@ class SupportBot:
                        -    max_retries = 6
                        -    timeout = 30
                        -    model = "gpt-4o-mini"
                        +    max_retries = 12
                        +    timeout = 120
                        +    model = "gpt-4o"

                        """ + Self.lines("self.calls.append(retry(tool, attempt={}))", 48)),
                .init(
                    path: "src/support_bot/tools_schema.json",
                    patch: "@@ -4,3 +4,4 @@\n-  \"parameters\": {\"order\": \"string\"}\n"
                        + "+  \"parameters\": {\"order_id\": \"string\"},\n+  \"strict\": true"),
                .init(
                    path: "src/support_bot/prompts/answer.md",
                    patch: "@@ -1 +1,2 @@\n-Answer briefly.\n+Answer in full.\n+Call tools again if they fail."),
                .init(
                    path: "tests/test_agent.py", patch: "@@ -1 +1,20 @@\n" + Self.lines("assert bot.answers({})", 20)),
            ])
    }

    /// Thirty changes of the weeks before the demo's traffic: most are small, some were repaired.
    func earlierCommits() -> [SandboxCommit] {
        let areas = [
            ("support_bot/agent.py", "support-bot"), ("checkout/texts.py", "checkout"),
            ("invoice/vat.py", "invoice-parser"),
            ("search/summary.py", "search-summaries"), ("support_bot/tools_schema.json", "support-bot"),
        ]
        return (0..<30).map { number in
            let (path, area) = areas[number * 7 % areas.count]
            let isFix = number % 5 == 2
            let size = isFix ? 3 : 4 + number * number % 37
            let hash = String(UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
            return SandboxCommit(
                sha: String((hash + hash + hash + String(repeating: "0", count: 40)).prefix(40)),
                message: isFix ? "fix: \(area) case \(number)" : "\(area): case \(number)",
                author: ["alice", "bob", "carol", "dave"][number % 4], date: now - .days(62 - Double(number) * 1.75),
                files: [.init(path: "src/\(path)", patch: "@@ -1 +1,\(size) @@\n" + Self.lines("step({})", size))])
        }
    }

    private static func lines(_ text: String, _ count: Int) -> String {
        (0..<count).map { "+    " + text.replacing("{}", with: String($0)) }.joined(separator: "\n")
    }
}
