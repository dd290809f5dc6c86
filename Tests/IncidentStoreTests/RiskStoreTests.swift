import Basics
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("The history of changes and the scores of pull requests")
struct RiskStoreTests {
    private static let sha = String(repeating: "a1", count: 20)

    private static func change(_ sha: String = sha, cost: Double? = nil, errors: Int? = nil) -> CodeChange {
        var change = CodeChange(
            sha: sha, at: .minute(0), title: "fix: retry", author: "alice", pull: 12,
            files: [
                .init("new.py", previousPath: "old.py", added: 3, removed: 1), .init("b.py", added: 2, removed: 0),
            ], isFix: true, costDelta: cost, errorDelta: errors)
        change.terms = 2
        return change
    }

    @Test("a change is one row for each file, and what followed it is saved once")
    func once() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let (changes, rows) = try await writer.transaction { store in
            for _ in 0..<3 { try store.save(Self.change()) }
            try store.saveDelta(of: Self.sha, cost: nil, errors: 4)
            try store.saveDelta(of: Self.sha, cost: 2.5, errors: 9)
            try store.saveDelta(of: Self.sha, cost: 7, errors: nil)
            return (try store.snapshot.changes(), try store.snapshot.fileRisks(limit: 10))
        }
        #expect(changes == [Self.change(cost: 2.5, errors: 4)])
        #expect(rows.count == 2)
        #expect(rows.allSatisfy { $0.costDelta == 2.5 && $0.errorDelta == 4 && $0.score == 41 })
    }

    @Test("a score of the same commit replaces the one before; the latest of each pull request is listed")
    func scores() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        @Sendable func risk(_ head: String, _ score: Int, minute: Double) -> PullRisk {
            var risk = PullRisk(PullTarget(repository: "acme/app", number: 12, head: head, author: "é"))
            (risk.score, risk.scoredAt, risk.title) = (score, .minute(minute), "a | \"b\"")
            risk.files = [.init(path: "x", added: 1, removed: 2, changes: 3, fixes: 1, errors: 4, cost: 0.5)]
            (risk.percentile, risk.gaps, risk.notes) = (97.5, score == 3 ? ["half"] : [], ["n"])
            return risk
        }
        let (list, heads) = try await writer.transaction { store in
            try store.save(risk("h1", 10, minute: 0))
            try store.save(risk("h1", 20, minute: 1))
            try store.save(risk("h2", 3, minute: 2))
            return (try store.snapshot.pullRisks(limit: 10), try store.snapshot.scoredHeads("acme/app"))
        }
        #expect(list == [risk("h2", 3, minute: 2)])
        #expect(heads == [12: ["h1"]], "a partial score is made again")
    }

    @Test("rows of an older store that name no commit are dropped, and its requests and acts are kept")
    func migration() throws {
        let old = try Connection(path: "", mode: .inMemory)
        try Migrations.through("10-slack").migrate(old)
        for (sha, delta) in [("pr-12", 3.0), (Self.sha, 1.5)] {
            try old.run(
                "INSERT INTO file_risk_history (file_path, commit_sha, change_date, cost_delta) VALUES ('a.py', ?, ?, ?)",
                [.text(sha), Value(Instant.minute(0)), .real(delta)])
        }
        try old.run("INSERT INTO file_risk_history (file_path, cost_delta) VALUES ('a.py', 9)")
        try old.run(
            """
            INSERT INTO approval_queue (created_at, action_type, anomaly_type, severity, context, expires_at)
            VALUES (?1, 'kill_loop', 'agent_loop', 'high', '{}', ?1)
            """, [Value(Instant.minute(0))])
        try Migrations.all.migrate(old)
        #expect(
            try old.query("SELECT commit_sha, cost_delta FROM file_risk_history").rows == [
                [.text(Self.sha), .real(1.5)]
            ])
        #expect(try old.query("SELECT anomaly_type FROM approval_queue").rows == [[.text("agent_loop")]])
        try old.run(
            """
            INSERT INTO outbox_action (act_key, kind, action, round, created_at, next_try_at, ground, rule, rule_limit)
            VALUES ('k', 'pull_review', '{}', 0, ?1, ?1, 'policy', 'pull_percentile', 95)
            """, [Value(Instant.minute(0))])
    }
}
