import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Blame")
struct BlameTests {
    private func suspects(_ finding: Finding, _ commits: [CommitFact], errors: [ErrorFact] = []) -> [Suspect] {
        Blame.suspects(of: CaseFile(finding: finding, commits: commits, errors: errors))
    }

    @Test("the commit that raises max_tokens is the suspect for costlier calls, before a newer README and keywords")
    func maxTokens() throws {
        let suspects = suspects(Stories.spike(), Stories.all)
        let first = try #require(suspects.first)
        #expect(first.sha == Stories.maxTokens.sha)
        #expect(first.why.contains { $0.contains("raises max_tokens from 500 to 4096 in src/llm/summarizer.py") })
        #expect(first.why.contains { $0.contains("has the name of the failing feature") })
        let decoys = [Stories.readme.sha, Stories.keywords.sha, Stories.unrelated.sha]
        #expect(!suspects.contains { decoys.contains($0.sha) })
    }

    @Test("the commit that retries endlessly is the suspect for a loop")
    func retries() {
        let suspects = suspects(Stories.loop(), Stories.all)
        #expect(suspects.first?.sha == Stories.retries.sha)
        #expect(suspects.first?.why.contains { $0.contains("adds an endless loop") } == true)
    }

    @Test("every term is printed and the terms add up to the score")
    func additive() throws {
        for suspect in suspects(Stories.spike(), Stories.all) {
            let points = try suspect.why.map { why in
                try #require(Double(why.prefix { $0 != " " }.drop { $0 == "+" }))
            }
            #expect(abs(points.reduce(0, +) - suspect.score) < 0.05 * Double(points.count) + 0.01)
        }
    }

    @Test("more traffic at an unchanged price has no cause in the code")
    func surge() {
        let file = CaseFile(
            finding: Stories.spike(volume: 6.8, price: 1),
            commits: [Stories.unrelated, Stories.readme, Stories.maxTokens])
        #expect(Blame.suspects(of: file).isEmpty)
        #expect(Blame.abstention(of: file)?.contains("more traffic") == true)
    }

    @Test("a volume that rises with a commit on the retries of the same feature has that suspect")
    func retryStorm() {
        let storm = Stories.commit(
            "abc1234", "perf: be patient", hoursBefore: 1,
            [Stories.file("src/summarizer/client.ts", "-  maxRetries: 3,\n+  maxRetries: 50,")])
        #expect(suspects(Stories.spike(volume: 7, price: 1), [storm, Stories.readme]).first?.sha == "abc1234")
    }

    @Test("time alone names no suspect, nor does a commit after the onset")
    func abstains() {
        #expect(suspects(Stories.spike(), [Stories.unrelated, Stories.readme, Stories.keywords]).isEmpty)
        let late = Stories.commit("fee1dead", "raise max_tokens", hoursBefore: -1, Stories.maxTokens.files)
        #expect(suspects(Stories.spike(), [late]).isEmpty)
        #expect(suspects(Stories.spike(), []).isEmpty)
    }

    @Test("without diffs the message decides, and irrelevant messages lose")
    func withoutDiffs() {
        let told = Stories.commit("d9c3e11", "raise max_tokens from 500 to 4096 for long answers", hoursBefore: 9)
        let commits = Stories.withoutFiles([Stories.readme, Stories.keywords, Stories.unrelated]) + [told]
        let suspects = suspects(Stories.spike(), commits)
        #expect(suspects.map(\.sha) == ["d9c3e11"])
    }

    @Test("a change of two days ago that waited for its deployment is still found")
    func delayed() {
        let old = Stories.commit("0ldc0de", "feat: longer answers", hoursBefore: 50, Stories.maxTokens.files)
        #expect(suspects(Stories.spike(), [old, Stories.readme, Stories.unrelated]).first?.sha == "0ldc0de")
    }

    @Test(
        "the changes in a diff",
        arguments: [
            ("-  model: \"gpt-4o-mini\",\n+  model: \"gpt-4\",", "changes the model from gpt-4o-mini to gpt-4"),
            ("-\"maxTokens\": 500,\n+\"maxTokens\": 4_096,", "raises maxTokens from 500 to 4096"),
            ("-    max_iterations=10,\n", "removes max_iterations (10)"),
            ("-MAX_RETRIES: int = 3\n+MAX_RETRIES: int = 50", "raises MAX_RETRIES from 3 to 50"),
        ])
    func diffs(patch: String, phrase: String) {
        let commit = Stories.commit("abcdef1", "change", hoursBefore: 1, [Stories.file("app/core.py", patch)])
        let neutral = Finding(
            facts: .cost(CostFacts()), severity: .high, fingerprint: Fingerprint("x"), subject: "project",
            description: "",
            sql: "", onset: Stories.onset, lastSeen: Stories.onset, costPerHour: 4)
        #expect(suspects(neutral, [commit]).first?.why.contains { $0.contains(phrase) } == true)
    }

    @Test("a lowered limit is not suspect next to a raised one")
    func lowered() {
        let lower = Stories.commit(
            "10e4000", "tune", hoursBefore: 0.1, [Stories.file("app/x.py", "-max_tokens=4096\n+max_tokens=500")])
        #expect(suspects(Stories.spike(), [lower, Stories.maxTokens]).first?.sha == Stories.maxTokens.sha)
    }

    @Test("words shared with a new error count for a commit, those of an old one do not")
    func errors() {
        func error(_ first: Instant) -> ErrorFact {
            ErrorFact(
                id: "1", title: "ValidationError: invoice export failed", level: "error", count: 9, firstSeen: first,
                lastSeen: Stories.onset)
        }
        let quiet = Stories.commit(
            "1ab0000", "feat: invoice export", hoursBefore: 0.5,
            [Stories.file("billing/summarizer.py", "+def export(invoice): pass")])
        let new = suspects(Stories.spike(), [quiet], errors: [error(Stories.onset + .minutes(1))])
        let old = suspects(Stories.spike(), [quiet], errors: [error(Stories.onset - .days(9))])
        #expect((new.first?.score ?? 0) > (old.first?.score ?? 0))
    }
}

@Suite("Blame for drift")
struct DriftBlameTests {
    private func drift(prompt: Bool = false) -> Finding {
        let contrast = SchemaDriftFacts.Contrast.with {
            ($0.value, $0.before) = ("support-bot v14", "support-bot v13")
            ($0.failing, $0.of, $0.othersFailing, $0.othersOf, $0.p) = (17, 20, 0, 40, 1e-9)
        }
        let facts = SchemaDriftFacts.with {
            $0.promptName = "support-bot"
            $0.violations = [.with { ($0.path, $0.what, $0.outputs) = ("$.response", "missing", 17) }]
            $0.newKeys = ["$.answer"]
            ($0.contrasts, $0.isPromptContrast) = (prompt ? [contrast] : [], prompt)
        }
        return Finding(
            facts: .drift(.schema(facts)), severity: .high, fingerprint: Fingerprint("prompt_drift", "support-bot"),
            subject: "support-bot", description: "support-bot: 17 of its latest 20 outputs do not fit snapshot 1.",
            sql: "", onset: Stories.onset, lastSeen: Stories.onset + .minutes(30), costPerHour: 0)
    }

    private let rewrite = Stories.commit(
        "f1a8b33ffffffffffffffffffffffffffffffff", "rewrite support-bot prompt", hoursBefore: 3,
        [
            Stories.file(
                "src/bots/support.py", "@@ -1 +1 @@\n-Answer as {\"response\": text}\n+Answer as {\"answer\": text}")
        ],
        author: "bob")

    @Test("the commit that removes the missing key is the suspect, not later documents, invoices or token limits")
    func keys() throws {
        var file = CaseFile(finding: drift())
        file.commits = Stories.all + [rewrite]
        let suspects = Blame.suspects(of: file)
        let first = try #require(suspects.first)
        #expect(first.sha == rewrite.sha)
        #expect(first.why.contains { $0.contains("removes response and adds answer") }, "\(first.why)")
        #expect(!suspects.contains { $0.sha == Stories.keywords.sha || $0.sha == Stories.readme.sha })
        file.commits = Stories.withoutFiles(Stories.all + [rewrite])
        #expect(Blame.suspects(of: file).first?.sha == rewrite.sha, "by its message alone")
    }

    @Test("without a commit on the prompt or the keys there is no suspect, and the prompt version is named")
    func abstains() throws {
        var file = CaseFile(finding: drift())
        file.commits = [Stories.readme, Stories.keywords, Stories.unrelated]
        #expect(Blame.suspects(of: file).isEmpty)
        file.finding = drift(prompt: true)
        #expect(Blame.suspects(of: file).isEmpty)
        let words = try #require(Blame.abstention(of: file))
        #expect(words.contains("support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40"))
        file.commits.append(rewrite)
        #expect(Blame.suspects(of: file).first?.sha == rewrite.sha, "a commit with the very keys outweighs it")
    }
}
