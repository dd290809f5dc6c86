import Basics
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

@Suite("Statements over all sources")
struct StatementTests {
    @Test("commits, Sentry issues and observations are joined in one statement")
    func crossSourceJoin() async throws {
        let stage = try Stage()
        let result = try await stage.query(
            """
            SELECT c.sha, i.title, count(*) AS calls, sum(o.total_cost) AS cost
            FROM github.commits c
            JOIN sentry.issues i ON i.first_seen > c.committed_date
                AND i.first_seen < c.committed_date + INTERVAL '24 hours'
            JOIN langfuse.observations o ON o.start_time BETWEEN i.first_seen AND i.last_seen
            WHERE o.name = 'support-bot'
            GROUP BY 1, 2 ORDER BY c.committed_date DESC
            """)
        #expect(!result.isPartial)
        #expect(result.rows.records.first?["sha"].text == stage.truth.culprit)
        #expect(result.rows.records.first?["title"].text?.hasPrefix("RateLimitError") == true)
        #expect((result.rows.records.first?["cost"].real ?? 0) > 5)
    }

    @Test("the hourly cost of the original's first query equals the sum of the rows")
    func hourlyCost() async throws {
        let stage = try Stage()
        let result = try await stage.query(
            """
            SELECT date_trunc('hour', CAST(start_time AS TIMESTAMP)) AS hour, SUM(total_cost) AS hourly_cost,
                COUNT(*) AS generation_count
            FROM langfuse.observations
            WHERE type = 'GENERATION' AND CAST(start_time AS TIMESTAMP) > now() - INTERVAL '24 hours'
            GROUP BY 1 ORDER BY 1 DESC
            """)
        let since = Stage.start - .hours(24)
        let planted = stage.world.read { state in
            Dictionary(grouping: state.observations.filter { $0.start > since }) { $0.start.startOfHour }
        }
        #expect(result.rows.count == planted.count)
        for row in result.rows.records {
            let hour = try #require(row["hour"].instant)
            let expected = planted[hour]?.reduce(0) { $0 + $1.cost } ?? -1
            #expect(abs((row["hourly_cost"].real ?? 0) - expected) < 1e-6, "\(hour.iso8601)")
            #expect(row["generation_count"].integer == planted[hour]?.count)
        }
    }

    @Test("a loop's inputs can be read, with one call for the trace")
    func bodies() async throws {
        let stage = try Stage()
        _ = try await stage.query("SELECT count(*) FROM langfuse.observations")
        stage.world.forgetCalls()
        let result = try await stage.query(
            "SELECT input, output FROM langfuse.observations WHERE trace_id = '\(stage.truth.loopTrace)' ORDER BY start_time"
        )
        #expect(result.rows.count == 12)
        #expect(result.rows.rows.allSatisfy { $0[0].text?.contains("refund policy") == true })
        #expect(stage.world.calls(to: .langfuse).count == 1)
    }

    @Test("a live table requires its filters and names them")
    func requiredFilter() async throws {
        let stage = try Stage()
        let error = await #expect(throws: QueryError.self) {
            try await stage.query("SELECT * FROM github.commit_files")
        }
        #expect(error?.kind == .missingFilter)
        let files = try await stage.query(
            """
            SELECT filename, patch FROM github.commit_files
            WHERE owner = 'acme' AND repo = 'assistant' AND ref = '\(stage.truth.culprit)'
            """)
        #expect(files.rows.records.map { $0["filename"].text } == ["src/support_bot/agent.py"])
    }

    @Test(
        "a statement that is not read-only is refused",
        arguments: [
            "DELETE FROM langfuse.observations", "ATTACH 'x.db' AS x", "PRAGMA writable_schema=1",
            "SELECT load_extension('x')", "SELECT 1; SELECT 2", "CREATE TABLE t(a)",
            "WITH x AS (SELECT 1) DELETE FROM langfuse.observations",
        ])
    func readOnly(sql: String) async throws {
        let stage = try Stage()
        _ = await #expect(throws: QueryError.self) { try await stage.query(sql) }
    }

    @Test("a source that is down leaves its stored rows, marked as old")
    func staleRows() async throws {
        let stage = try Stage()
        let before = try await stage.query("SELECT count(*) AS n FROM sentry.issues")
        stage.world.fail(.sentry, .status(500), times: 100)
        stage.advance(by: .minutes(30))
        let after = try await stage.query("SELECT count(*) AS n FROM sentry.issues")
        #expect(after.rows.rows == before.rows.rows)
        #expect(after.isPartial)
        #expect(after.sources.first?.message?.contains("500") == true, "\(after.sources)")
    }
}
