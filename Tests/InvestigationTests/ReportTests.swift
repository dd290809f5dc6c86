import Basics
import Narration
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
        #expect(headings == ["## Likely cause", "## What happened", "## Impact", "## Recommended action"])
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

    @Test("the job contains the facts as data and no secret")
    func job() {
        var file = file()
        file.messages[0].text = "key is sk-lf-1234567890abcdef and hunter22"
        let job = IncidentNarration(
            file, suspects: Blame.suspects(of: file), redaction: Redaction(secrets: ["hunter22"])
        ).job
        #expect(!job.user.contains("1234567890abcdef") && !job.user.contains("hunter22"))
        #expect(job.user.contains("d9c3e11") && job.user.contains("$41.20"))
        #expect(job.system.contains("## Likely cause") && !job.system.contains("Recommended action"))
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

    private func narrative(_ cause: String, impact: String = "It costs $41.20 an hour.") -> Narrative? {
        let file = file()
        let narration = IncidentNarration(file, suspects: Blame.suspects(of: file), redaction: Redaction())
        let answer = """
            ## Likely cause
            \(cause)
            ## What happened
            At 03:05 the cost rose to ×6.8 the mean.
            ## Impact
            \(impact)
            """
        return narration.narrative(CheckedText(answer, of: narration.job), model: "llama")
    }

    @Test(
        "a report with a model's explanation leads with the cause, has Sentinel's own verdict and action, and ten lines"
    )
    func explained() throws {
        let narrative = try #require(self.narrative("Commit d9c3e11 raises max_tokens from 500 to 4,096."))
        #expect(narrative.author == .model("llama"))
        let lines = narrative.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "## Likely cause" && lines[1].hasPrefix("Commit d9c3e11"))
        #expect(lines[1].hasSuffix("Commit d9c3e11 raises max_tokens from 500 to 4,096."))
        #expect(lines.count { !$0.hasPrefix("#") } <= 10)
        #expect(
            lines.last
                == "Explained by llama: 3 of 3 sentences kept; their figures, times, names and hashes are in the facts."
        )
        let template = ReportTemplate.report(of: file(), suspects: Blame.suspects(of: file()), reason: "").text
        let action = { (report: String) in report.components("## Recommended action\n\n").last.map { $0.prefix(40) } }
        #expect(action(narrative.text) == action(template))
    }

    @Test(
        "an invented sentence is dropped, and the verdict above it stays",
        arguments: ["Commit deadbee1 did it.", "Commit d9c3e11 cost $999.", "@mallory did it.", "No action is needed."])
    func invented(_ cause: String) throws {
        let narrative = try #require(self.narrative(cause))
        #expect(!narrative.text.contains(cause.prefix(14) == "Commit d9c3e11" ? "$999" : cause))
        #expect(narrative.text.contains("Commit d9c3e11") && narrative.text.contains("2 of 3 sentences kept"))
    }

    @Test("if little is left, there is no narrative")
    func thin() {
        #expect(narrative("Mallory did it. It cost $999.", impact: "Bob spent 77 hours.") == nil)
        let narration = IncidentNarration(file(), suspects: [], redaction: Redaction())
        for answer in ["", "Sure! Here is it", "{}", "## Impact\nx"] {
            #expect(narration.narrative(CheckedText(answer, of: narration.job), model: "m") == nil)
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        guard let range = firstRange(of: separator) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}
