import AgentCore
import Basics
import FoundationEssentials
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("The risk of a pull request, from GitHub to its comment")
struct PullRiskLineTests {
    private static let number = 77

    private static func pull(
        _ files: [SandboxCommit.File], head: String = "a", author: String = "mallory"
    ) -> SandboxPull {
        SandboxPull(
            number: number, title: "Retry harder | `x` @everyone", author: author, branch: "retry",
            headSHA: String(repeating: head, count: 40), created: Stage.start - .hours(3), files: files)
    }

    private static func file(_ path: String, lines: Int = 3) -> SandboxCommit.File {
        .init(path: path, patch: "@@ -1 +1,\(lines) @@\n" + (0..<lines).map { "+line \($0)" }.joined(separator: "\n"))
    }

    /// Eight days ago one file changed, and 20 new errors followed on the day after; nothing before.
    private static func plantErrors(in world: SandboxWorld, pull: SandboxPull) {
        world.change { state in
            let merged = Stage.start - .days(4)
            state.pulls.append(pull)
            state.commits.append(
                SandboxCommit(
                    sha: String(repeating: "c", count: 40), message: "Change risky.py (#60)", author: "dave",
                    date: merged,
                    files: [file("src/risky.py"), file("src/other.py")]))
            for index in 0..<20 {
                let first = merged + .minutes(Double(index) * 20 + 5)
                state.issues.append(
                    SandboxIssue(
                        id: "90\(index)", title: "Error \(index)", count: 1, firstSeen: first, lastSeen: first))
            }
        }
    }

    private func comments(_ stage: Stage) -> [JSONValue] {
        let address = JSONValue.string("https://api.github.com/repos/acme/assistant/issues/\(Self.number)")
        return (stage.world.read { $0.lists[.github]?["issues/comments"] ?? [] }).filter { $0["issue_url"] == address }
    }

    private func reviews(_ stage: Stage) -> [SandboxPull.Review] {
        stage.world.read { $0.pulls.first { $0.number == Self.number }?.reviews ?? [] }
    }

    private func risk(_ stage: Stage) async throws -> PullRisk {
        try #require(try await stage.read(.pullRisk(Self.number)))
    }

    @Test("a pull request of 350 files is read whole, and scored eight times it has one score and one comment")
    func repeated() async throws {
        let files = (0..<350).map { Self.file("src/module\($0).py") }
        let stage = try Stage(prepare: { world in world.change { $0.pulls.append(Self.pull(files)) } })
        try await stage.open()
        var scores: Set<Int> = []
        for _ in 0..<8 {
            let answer = try await stage.ask(.scorePull(Self.number, comments: true))
            #expect(!answer.isRefused, "\(answer)")
            let risk = try await risk(stage)
            #expect(risk.files.count == 350 && risk.gaps.isEmpty, "\(risk.gaps)")
            scores.insert(risk.score)
            stage.advance(by: .minutes(1))
        }
        #expect(scores.count == 1)
        let comment = try #require(comments(stage).first)
        #expect(comments(stage).count == 1)
        let body = try #require(comment["body"]?.string)
        #expect(body.contains("Sentinel Risk Score: \(scores.first ?? -1)/100"))
        #expect(body.contains("26 %"), "without history the base rate of the study is named")
        let rows = try await stage.read(StoreQuery { try $0.fileRisks(limit: 10_000) })
        #expect(Set(rows.map { "\($0.path) \($0.sha ?? "")" }).count == rows.count)
        #expect(try await stage.read(StoreQuery { try $0.undeliveredNotices() }).isEmpty)
    }

    @Test("an API that fails is never a score of 0")
    func failure() async throws {
        let stage = try Stage(prepare: { world in world.change { $0.pulls.append(Self.pull([Self.file("a.py")])) } })
        try await stage.open()
        stage.world.fail(.github, .status(500), times: 100)
        let answer = try await stage.ask(.scorePull(Self.number, comments: true))
        #expect(answer.isRefused && answer.text.contains("could not be read"), "\(answer)")
        #expect(try await stage.read(.pullRisk(Self.number)) == nil)
        #expect(comments(stage).isEmpty)
        stage.world.heal()
        let missing = try await stage.ask(.scorePull(4711, comments: true))
        #expect(missing.isRefused && missing.text.contains("4711"), "\(missing)")
    }

    @Test(
        "above the threshold a review is requested; its author may not approve it; it is dismissed when the score falls"
    )
    func review() async throws {
        let stage = try Stage(prepare: {
            Self.plantErrors(in: $0, pull: Self.pull([Self.file("src/risky.py"), Self.file("src/other.py")]))
        })
        try await stage.open()
        let answer = try await stage.ask(.scorePull(Self.number, comments: true))
        #expect(try await risk(stage).score == 80, "\(answer)")
        let planted = try await stage.read(StoreQuery { try $0.changes() }).first { $0.pull == 60 }
        #expect(
            try await risk(stage).errors == 20,
            "\(String(describing: planted)): the change counts once for both of its files")
        let request = try #require(try await stage.read(.approvals(limit: 10)).first)
        #expect(request.incident == nil && request.type == nil && request.action.kind == .pullReview)
        #expect(request.dryRun.contains { $0.contains("REQUEST_CHANGES") })
        #expect(reviews(stage).isEmpty, "nothing is reviewed without approval")
        _ = try await stage.ask(.scorePull(Self.number, comments: true))
        #expect(try await stage.read(.approvals(limit: 10)).count == 1, "the same commit is asked for once")

        let own = try await stage.ask(.approve(request: request.id), by: "mallory@host (console)")
        #expect(own.isRefused && own.text.contains("mallory"), "\(own)")
        let approved = try await stage.ask(.approve(request: request.id))
        #expect(!approved.isRefused, "\(approved)")
        #expect(reviews(stage).map(\.state) == ["CHANGES_REQUESTED"])
        #expect(reviews(stage).first?.commit == String(repeating: "a", count: 40))

        stage.world.change { state in
            let index = state.pulls.firstIndex { $0.number == Self.number } ?? 0
            state.pulls[index].headSHA = String(repeating: "b", count: 40)
            state.pulls[index].files = [Self.file("src/calm.py")]
        }
        stage.advance(by: .minutes(2))
        _ = try await stage.ask(.scorePull(Self.number, comments: true))
        #expect(try await risk(stage).score == 0)
        #expect(reviews(stage).map(\.state) == ["DISMISSED"])
        #expect(comments(stage).count == 1)
        #expect(comments(stage).first?["body"]?.string?.contains("0/100") == true, "the comment is updated in place")
        #expect(try await stage.read(StoreQuery { try $0.checkAudit() }).isIntact)
    }

    @Test("on a pull request of its own, Sentinel comments; a new commit replaces the pending request")
    func ownPull() async throws {
        let stage = try Stage(prepare: {
            Self.plantErrors(in: $0, pull: Self.pull([Self.file("src/risky.py")], author: "sentinel"))
        })
        try await stage.open()
        _ = try await stage.ask(.scorePull(Self.number, comments: true))
        stage.world.change { state in
            let index = state.pulls.firstIndex { $0.number == Self.number } ?? 0
            state.pulls[index].headSHA = String(repeating: "b", count: 40)
        }
        stage.advance(by: .minutes(2))
        _ = try await stage.ask(.scorePull(Self.number, comments: true))
        let items = try await stage.read(.approvals(limit: 10))
        #expect(items.map(\.status) == [.pending, .expired])
        let pending = try #require(items.first)
        #expect(pending.action.pull?.target.head.first == "b")
        _ = try await stage.ask(.approve(request: pending.id))
        #expect(reviews(stage).map(\.state) == ["COMMENTED"])
    }

    @Test("a lost response writes no second comment and no second review")
    func lostAnswers() async throws {
        let stage = try Stage(prepare: { Self.plantErrors(in: $0, pull: Self.pull([Self.file("src/risky.py")])) })
        try await stage.open()
        _ = try await stage.ask(.scorePull(Self.number, comments: false))
        #expect(comments(stage).isEmpty, "a dry run writes nothing")
        stage.onSleep.withLock { $0 = { [world = stage.world] in world.heal() } }
        _ = try await stage.ask(.scorePull(Self.number, comments: true))
        let request = try #require(try await stage.read(.approvals(limit: 10)).first)
        stage.world.fail(.github, .lostAnswer, times: 1)
        _ = try await stage.ask(.approve(request: request.id))
        for _ in 0..<3 {
            stage.advance(by: .minutes(20))
            try await stage.agent.answerOnce()
        }
        #expect(reviews(stage).count == 1)
        #expect(comments(stage).count == 1)
    }

    @Test("with the watch on, the agent scores each new pull request, and what a person asks for while it runs")
    func watch() async throws {
        let stage = try Stage(prepare: { Self.plantErrors(in: $0, pull: Self.pull([Self.file("src/risky.py")])) })
        try #"{"pr_risk_watch": true}"#.write(
            toFile: "\(stage.folder.path)/settings.json", atomically: true, encoding: .utf8)
        try await stage.open()
        let running = Task { [agent = stage.agent] in try await agent.run() }
        defer { running.cancel() }
        let reader = StoreReader(stage.store)
        for try await risk in reader.observe(.pullRisk(Self.number)) where risk != nil { break }
        #expect(try await risk(stage).score == 80)
        let id = try await IntentInbox(stage.store).append(
            .scorePull(Self.number, comments: true), author: "bob@host (test)", at: stage.clock.now())
        for try await answer in reader.observe(.answer(toIntent: id)) where answer != nil { break }
        let target = try await risk(stage).target
        for try await standing in reader.observe(StoreQuery { try $0.standing(of: target) }) {
            guard standing.acts(of: .pullComment).contains(where: { $0.state == .done }) else { continue }
            #expect(standing.acts.count == 1 && standing.requests.count == 1)
            break
        }
        #expect(comments(stage).count == 1)
    }

    @Test("history is one row for each file and commit, and what followed a change is measured once")
    func history() async throws {
        let stage = try Stage(prepare: { Self.plantErrors(in: $0, pull: Self.pull([Self.file("src/risky.py")])) })
        try await stage.open()
        for _ in 0..<3 {
            let answer = try await stage.ask(.backfillRisk(since: Stage.start - .days(90)))
            #expect(!answer.isRefused, "\(answer)")
            stage.advance(by: .minutes(5))
        }
        let changes = try await stage.read(StoreQuery { try $0.changes() })
        let planted = try #require(changes.first { $0.title.hasPrefix("Change risky.py") })
        #expect(planted.errorDelta == 20 && planted.pull == 60, "\(planted)")
        #expect(Set(changes.map(\.sha)).count == changes.count && changes.count > 30)
        #expect(
            changes.filter { $0.at < Stage.start - .days(9) }.allSatisfy { $0.costDelta == nil }, "unknown is not 0")
        let rows = try await stage.read(StoreQuery { try $0.fileRisks(limit: 10_000) })
        #expect(rows.count == changes.reduce(0) { $0 + $1.files.count })
        _ = try await stage.ask(.scorePull(DemoScenario.openPull, comments: true))
        let demo = try #require(try await stage.read(.pullRisk(DemoScenario.openPull)))
        let percentile = try #require(demo.percentile)
        #expect(percentile > 90, "\(percentile)")
        #expect(demo.reasons.contains { $0.contains("max_retries") }, "\(demo.reasons)")
    }
}

extension Stage {
    /// Creates the store.
    fileprivate func open() async throws { try await agent.answerOnce() }

    fileprivate func ask(_ intent: Intent, by author: String = "bob@host (test)") async throws -> IntentAnswer {
        let id = try await IntentInbox(store).append(intent, author: author, at: clock.now())
        try await agent.answerOnce()
        return try #require(try await read(.answer(toIntent: id)))
    }
}
