import Basics
import DetectorWorld
import Detectors
import OnCallModel
import SourceEngine
import Testing

@Suite("Spans that repeat the usage of the calls inside them")
struct WrappingSpanTests {
    private let now = Instant(iso8601: "2026-11-24T04:20:00Z")!

    /// Calls of 15 cents, each inside of two spans that have its usage as well.
    private func wrapped(
        _ calls: Int, _ change: (Int, inout ObservationRow) -> Void = { _, _ in }
    ) -> [ObservationRow] {
        (0..<calls).flatMap { call in
            ["cycle", "call", "chat"].enumerated().map { depth, name in
                ObservationRow(at: now - .minutes(8) + .seconds(Double(call) * 20) + .milliseconds(Int64(depth * 100)))
                {
                    ($0.id, $0.traceID, $0.name) = ("\(name)-\(call)", "nested", name)
                    $0.parentObservationID = depth == 0 ? nil : ["cycle", "call"][depth - 1] + "-\(call)"
                    $0.totalCost = .real(0.15)
                    $0.input = #"{"query":"order 4711"}"#
                    $0.output = #"{"results":[]}"#
                    change(depth, &$0)
                }
            }
        }
    }

    private func world(_ steps: [ObservationRow]) -> DetectorWorld {
        var rows = SyntheticRows()
        rows.observations = steps
        return DetectorWorld(rows)
    }

    private func sums(_ world: DetectorWorld, at now: Instant) async throws -> [[Value]] {
        let statements: [DetectorQuery] = [
            "SELECT count(total_cost), round(sum(total_cost), 2), sum(input_tokens) FROM langfuse.observations",
            "SELECT sum(observations), round(sum(cost), 2), sum(input_tokens) FROM langfuse.observations_hourly",
            "SELECT sum(steps), round(sum(cost), 2), sum(input_tokens) FROM langfuse.observations_by_trace",
        ]
        var rows: [[Value]] = []
        for statement in statements { rows += try await world.ask(statement, at: now).rows.rows }
        return rows
    }

    @Test("eight calls inside of two spans each are eight steps, and no loop")
    func once() async throws {
        let world = world(wrapped(8))
        #expect(try await sums(world, at: now) == Array(repeating: [8, 1.2, 6400], count: 3))
        let report = try await world.run(AgentLoopDetector(), DetectorContext(now: now, settings: Settings())).report
        #expect(report.findings.isEmpty)
    }

    @Test("fifteen such calls are a loop of fifteen")
    func loop() async throws {
        let report = try await world(wrapped(15))
            .run(AgentLoopDetector(), DetectorContext(now: now, settings: Settings())).report
        let loop = try #require(report.findings.first?.loop)
        #expect(loop.generations == 15 && abs(loop.cost - 2.25) < 0.001)
    }

    @Test("a span is recognised when its calls arrive later, and by rounded costs or tokens alone")
    func late() async throws {
        let late = wrapped(8) { depth, step in
            if depth == 2 { step.startTime = step.startTime + .minutes(9) }
        }
        let lateWorld = world(late)
        #expect(
            try await sums(lateWorld, at: now)[2] == [8, 1.2, 6400],
            "the calls are not there yet: the inner span stands for them")
        #expect(try await sums(lateWorld, at: now + .minutes(10)) == Array(repeating: [8, 1.2, 6400], count: 3))

        let rounded = wrapped(8) { depth, step in if depth < 2 { step.totalCost = .real(0.1501) } }
        #expect(try await sums(world(rounded), at: now)[2] == [8, 1.2, 6400])
        let unpriced = wrapped(8) { _, step in step.totalCost = .null }
        #expect(try await sums(world(unpriced), at: now)[2] == [8, 0.0, 6400])
    }

    @Test("a step with usage of its own, or one that calls itself, counts")
    func own() async throws {
        let own = wrapped(8) { depth, step in
            if depth == 0 { (step.totalCost, step.inputTokens) = (.real(0.2), 900) }
        }
        #expect(try await sums(world(own), at: now)[2] == [16, 2.8, 13600])
        let recursion = wrapped(8) { _, step in step.name = "step" }
        #expect(try await sums(world(recursion), at: now)[2] == [24, 3.6, 19200])
    }
}
