import AgentCore
import Basics
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

@Suite("Hourly sums of Langfuse")
struct MetricsHistoryTests {
    private static let hours = """
        SELECT hour, sum(observations) AS observations, round(sum(cost), 6) AS cost, sum(input_tokens) AS tokens
        FROM langfuse.observations_hourly WHERE hour >= '2026-11-17T15:00:00Z' GROUP BY hour ORDER BY hour
        """

    @Test("History is read as sums that equal those of the rows, one call per day; yesterday has all rows")
    func sums() async throws {
        let (rows, sums) = (try Stage(), try Stage(usesMetrics: true))
        let expected = try await rows.query(Self.hours)
        let found = try await sums.query(Self.hours)
        #expect(expected.rows.count > 150)
        #expect(found.rows.rows == expected.rows.rows)
        let asked = sums.world.calls(to: .langfuse)
        let metrics = asked.filter { $0.path == "/api/public/v2/metrics" }
        #expect(metrics.count >= 27 && metrics.count <= 40, "\(metrics.count)")
        let stored = try await sums.query("SELECT min(start_time) FROM langfuse.observations")
        #expect(stored.rows.rows[0][0].instant.map { Stage.start - $0 <= .hours(27) } ?? false)
    }

    @Test("Hourly sums are not read twice, also not by another process")
    func steady() async throws {
        let stage = try Stage(usesMetrics: true)
        _ = try await stage.query(Self.hours)
        stage.world.forgetCalls()
        stage.advance(by: .minutes(15))
        _ = try await stage.query(Self.hours)
        #expect(stage.world.calls(to: .langfuse).map(\.path) == ["/api/public/v2/observations"])
    }

    @Test("A scan over sums finds what a scan over rows finds")
    func scan() async throws {
        let (rows, sums) = (try Stage(), try Stage(usesMetrics: true))
        let (expected, found) = (
            try await rows.scan(carryingOutActs: false), try await sums.scan(carryingOutActs: false)
        )
        #expect(Set(found.findings.map(\.fingerprint)).isSuperset(of: expected.findings.map(\.fingerprint)))
        #expect(!found.isPartial)
    }

    @Test("A server without the metrics API is read by its rows, without an error")
    func olderServer() async throws {
        let stage = try Stage(usesMetrics: true, prepare: { $0.change { $0.langfuse = .v1 } })
        let result = try await stage.query(Self.hours)
        #expect(!result.isPartial && !result.rows.isEmpty)
    }
}
