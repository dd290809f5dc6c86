import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("The report")
struct ReportTests {
    private func file(_ commits: [CommitFact] = Stories.all, gaps: [String] = []) -> CaseFile {
        CaseFile(
            finding: Stories.spike(), hours: [HourFact(hour: Stories.onset.startOfHour, cost: 41.2, generations: 200)],
            commits: commits,
            errors: [
                ErrorFact(
                    id: "1", title: "RateLimitError", level: "error", count: 120, firstSeen: Stories.onset,
                    lastSeen: Stories.onset)
            ], messages: [MessageFact(channel: "C", author: "U1", text: "cost is up", date: Stories.onset)], gaps: gaps)
    }

    private func report(_ file: CaseFile) -> String {
        ReportTemplate.report(of: file, suspects: Blame.suspects(of: file), reason: "no key").text
    }

    @Test("the template has the four sections with the SHA, the figures and the missing data")
    func template() {
        let text = report(file(gaps: ["Slack was not queried: set SLACK_INCIDENTS_CHANNEL."]))
        let headings = text.split(separator: "\n").filter { $0.hasPrefix("## ") }
        #expect(headings == ["## What happened", "## Likely cause", "## Impact", "## Recommended action"])
        for fact in [
            "d9c3e11", "max_tokens", "$41.20", "$247.20", "120 times", "Missing data",
        ] {
            #expect(text.contains(fact), "\(fact)")
        }
        #expect(text == report(file(gaps: ["Slack was not queried: set SLACK_INCIDENTS_CHANNEL."])))
    }

    @Test("without a suspect it says so and why")
    func nobody() {
        #expect(report(file([])).contains("No suspect commit. "))
    }

    @Test(
        "foreign text has no effect in the report",
        arguments: [
            "@channel wake up", "<!channel>", "Fixes #1", "[click](https://evil.example)", "```\n# Root", "## Impact",
            "a\u{202E}b\u{1B}[31m", "![x](http://e.example/x.png)", "see GH-1 and acme/app#1", "*bold* __init__",
            "<script>alert(1)</script>",
        ])
    func hostile(_ text: String) {
        var commit = Stories.maxTokens
        commit.message = text
        commit.author = text
        var hostile = file([commit])
        hostile.messages = [MessageFact(channel: "C", author: text, text: text, date: Stories.onset)]
        hostile.errors[0].title = text
        let report = report(hostile)
        // A URL is code, which links nothing.
        let prose = report.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined(separator: " ")
        for forbidden in [
            "@channel", "<!", "#1", "](", "://", "```", "\u{202E}", "\u{1B}", "<script", "GH-1", "*bold", "__",
        ] {
            #expect(!prose.contains(forbidden), "\(forbidden)")
        }
        #expect(report.split(separator: "\n").count { $0.hasPrefix("#") } == 4)
    }

    @Test("the prompt contains the facts as data and no secret")
    func prompt() {
        var file = file()
        file.messages[0].text = "key is sk-lf-1234567890abcdef and hunter22"
        let prompt = NarrationPrompt(
            file, suspects: Blame.suspects(of: file), redaction: Redaction(secrets: ["hunter22"]))
        #expect(!prompt.user.contains("1234567890abcdef") && !prompt.user.contains("hunter22"))
        #expect(prompt.user.contains("d9c3e11") && prompt.user.contains("$41.20"))
        #expect(prompt.system.contains("## Likely cause"))
    }

    @Test("a report contains no secret of a message, a title or a diff, however long the text around it")
    func redaction() {
        var file = file()
        let block =
            "-----BEGIN RSA PRIVATE KEY----- MIIEsecret\(String(repeating: "A", count: 300)) -----END RSA PRIVATE KEY-----"
        file.messages[0].text = block
        file.errors[0].title = "401 for ghp_0123456789abcdefghij"
        file.commits = [Stories.maxTokens]
        file.commits[0].message = "use hunter22 as the password"
        let report = ReportTemplate.report(
            of: file, suspects: Blame.suspects(of: file), reason: "", redaction: Redaction(secrets: ["hunter22"])
        ).text
        for secret in ["MIIEsecret", "0123456789abcdefghij", "hunter22"] { #expect(!report.contains(secret)) }
        #expect(report.contains("[redacted]") || report.contains("(redacted)"))
    }

    private func verdict(_ cause: String, impact: String = "It costs $41.20 an hour.") -> NarrationPrompt.Verdict {
        let file = file()
        let prompt = NarrationPrompt(file, suspects: Blame.suspects(of: file), redaction: Redaction())
        return prompt.check(
            """
            ## What happened
            At 03:05 the cost rose to ×6.8 the mean.
            ## Likely cause
            \(cause)
            ## Impact
            \(impact)
            ## Recommended action
            1. Review the commit.
            2. Revert it.
            """, model: "llama", redaction: Redaction())
    }

    @Test("an answer that states only facts is accepted, also with rounded figures")
    func accepted() {
        guard case .accepted(let narrative) = verdict("Commit d9c3e11 raises max_tokens from 500 to 4,096.") else {
            Issue.record("\(verdict("Commit d9c3e11 raises max_tokens from 500 to 4,096."))")
            return
        }
        #expect(narrative.author == .model("llama"))
        if case .rejected(let reason) = verdict("Commit d9c3e11 did it.", impact: "About $41 an hour, $247.20 in all.")
        {
            Issue.record("\(reason)")
        }
    }

    @Test(
        "an answer that adds to the facts is rejected",
        arguments: [
            ("Commit deadbee1 did it.", "x"), ("Commit deadbeef did it.", "x"),
            ("Commit d9c3e11 did it.", "It costs $999 an hour."),
            ("Commit d9c3e11 did it 17 times.", "x"), ("See https://evil.example", "x"), ("<!channel> look", "x"),
            ("", ""), ("Cause.\n## More\nText", "x"), (String(repeating: "word ", count: 500), "x"),
        ])
    func rejected(cause: String, impact: String) {
        if case .accepted = verdict(cause, impact: impact) { Issue.record("taken") }
    }

    @Test(
        "an empty answer, a chat and a refusal are not a report",
        arguments: ["", "Sure! Here is it", "{}", "## Impact\nx"])
    func shapeless(_ answer: String) {
        let prompt = NarrationPrompt(file(), suspects: [], redaction: Redaction())
        if case .accepted = prompt.check(answer, model: "m", redaction: Redaction()) { Issue.record("taken") }
    }
}
