import Basics
import Sandbox

/// A commit that goes to production, and small ones next to it.
enum Change {
    /// Committed six minutes before it took effect, released and deployed in between.
    static func deployed(
        _ message: String, by author: String, path: String, patch: String, release: String, before onset: Instant,
        _ random: inout SeededRandom
    ) -> (part: ScenarioPart, cause: ScenarioExpectation.Cause) {
        let commit = SandboxCommit(
            sha: random.hex(40), message: message, author: author, date: onset - .minutes(random.next(in: 5.0...8.0)),
            files: [.init(path: path, patch: patch)])
        let started = commit.date + .minutes(2)
        var part = ScenarioPart()
        part.commits = [commit]
        part.releases = [
            SandboxRelease(
                id: random.whole(in: 10_000...9_999_999), tag: release, name: release,
                body: String(message.prefix { !$0.isNewline }), author: author, created: started, published: started)
        ]
        part.deployments = [
            SandboxDeployment(
                id: random.whole(in: 10_000...9_999_999), sha: commit.sha, ref: release, creator: author,
                created: started,
                statuses: [.init("in_progress", created: started), .init("success", created: onset - .seconds(40))])
        ]
        return (part, .commit(commit.sha))
    }

    /// Changes no code that runs.
    static func harmless(
        _ message: String, path: String, patch: String, at moment: Instant, _ random: inout SeededRandom
    ) -> SandboxCommit {
        SandboxCommit(
            sha: random.hex(40), message: message, author: random.pick(["carol", "dave", "bob"]), date: moment,
            files: [.init(path: path, patch: patch)])
    }

    static func readme(at moment: Instant, _ random: inout SeededRandom) -> SandboxCommit {
        harmless(
            "fix: typo in README", path: "README.md", patch: "@@ -1 +1 @@\n-Suport assistant\n+Support assistant",
            at: moment, &random)
    }

    /// Has the words that a search for causes looks for.
    static func modelDocs(at moment: Instant, _ random: inout SeededRandom) -> SandboxCommit {
        harmless(
            "chore: bump data model docs", path: "docs/data-model.md",
            patch: "@@ -3 +3 @@\n-Data model v7\n+Data model v8",
            at: moment, &random)
    }

    static func message(
        _ user: String, _ text: String, at moment: Instant, _ random: inout SeededRandom
    ) -> SandboxMessage {
        let fraction = String(random.whole(in: 100_000...999_999))
        return SandboxMessage(ts: "\(moment.milliseconds / 1000).\(fraction)", user: user, text: text)
    }
}
