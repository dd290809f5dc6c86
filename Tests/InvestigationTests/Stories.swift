import Basics
import OnCallModel

/// Findings and commits of the planted stories.
enum Stories {
    static let onset = Instant(iso8601: "2026-11-24T03:05:00Z")!

    static func spike(
        volume: Double = 1, price: Double = 6.8, subject: String = "summarizer", cost: Double = 41.2
    ) -> Finding {
        Finding(
            facts: .cost(.with { ($0.volumeRatio, $0.unitPriceRatio) = (volume, price) }), severity: .critical,
            fingerprint: Fingerprint("cost_spike", subject), subject: subject,
            description: "03:00 to 04:00 UTC cost $41.20; ×6.8 the 7-day mean of $6.06 an hour.",
            sql: "", onset: onset, lastSeen: onset + .minutes(55), costPerHour: cost)
    }

    static func loop(repetitive: Bool = true) -> Finding {
        let facts = LoopFacts.with {
            ($0.agent, $0.looped, $0.cost) = ("research-agent", 22, 0.28)
            ($0.repeatedStep, $0.repetitions, $0.isRepetitive) = ("retry-search", 21, repetitive)
        }
        return Finding(
            facts: .loop(facts), severity: .critical, fingerprint: Fingerprint("agent_loop", "a3f9d21b"),
            subject: "a3f9d21b", description: "research-agent took 22 steps: retry-search with the same arguments ×21.",
            sql: "", onset: onset, lastSeen: onset + .minutes(5), costPerHour: 3.36)
    }

    static func commit(
        _ sha: String, _ message: String, hoursBefore: Double, _ files: [ChangedFile] = [], author: String = "alice"
    ) -> CommitFact {
        CommitFact(sha: sha, message: message, author: author, date: onset - .hours(hoursBefore), files: files)
    }

    static func file(_ path: String, _ patch: String) -> ChangedFile {
        ChangedFile(path: path, additions: 1, deletions: 1, patch: patch)
    }

    static let maxTokens = commit(
        "d9c3e11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "feat: longer answers", hoursBefore: 5,
        [file("src/llm/summarizer.py", "@@ -3,4 +3,4 @@\n-    max_tokens=500,\n+    max_tokens=4096,\n     n=1")])
    static let retries = commit(
        "c7a2e81bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "fix: search is flaky", hoursBefore: 8,
        [
            file(
                "agents/research.py",
                "@@ -9,7 +9,6 @@\n-    for attempt in range(MAX_RETRIES):\n+    while True:\n-            break")
        ], author: "carol")
    static let readme = commit(
        "b0f3d44cccccccccccccccccccccccccccccccc", "fix: typo in README", hoursBefore: 0.2,
        [file("README.md", "-Set max_tokens=500\n+Set max_tokens=4096")], author: "bob")
    static let keywords = commit(
        "e4d7c92ddddddddddddddddddddddddddddddddd", "chore: bump data model docs", hoursBefore: 1,
        [file("docs/model.md", "-the model\n+the data model, the prompt and the system")], author: "dave")
    static let unrelated = commit(
        "f1a8b33eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "feat: invoice export", hoursBefore: 0.5,
        [file("billing/export.py", "@@ -1 +1,2 @@\n+def export(rows):\n+    return csv(rows)")], author: "erin")

    static let all = [readme, keywords, unrelated, maxTokens, retries]

    static func withoutFiles(_ commits: [CommitFact]) -> [CommitFact] {
        commits.map { commit in
            var commit = commit
            commit.files = []
            return commit
        }
    }
}
