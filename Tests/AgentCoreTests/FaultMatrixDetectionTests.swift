import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

/// Rows 17 to 25 of the fault matrix that a provider can cause, over real HTTP. The others stand beside the rule that they are
/// about: 18 and 20 with the cost rule too, 21 and 22 with the life of an incident, 23 with the death of the process.
@Suite("Fault matrix: detection")
struct FaultMatrixDetectionTests {
    /// One steady call every four minutes back from the stage's moment.
    private static func steady(hours: Double, cost: Double = 0.02) -> [SandboxObservation] {
        stride(from: hours * 60, to: 0, by: -4).map { minutes in
            let trace = "steady-\(Int(minutes))"
            return SandboxObservation(
                id: trace, traceID: trace, traceName: "desk", name: "desk", model: "m",
                start: Stage.start - .minutes(minutes), inputTokens: 100, outputTokens: 20, cost: cost, input: "{}",
                output: #"{"answer":"\#(Int(minutes))"}"#)
        }
    }

    private static func stage(_ observations: [SandboxObservation]) throws -> Stage {
        try Stage(prepare: { world in
            world.change { state in
                state.observations = observations.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
                state.issues = []
            }
        })
    }

    private func health(_ type: DetectionType, _ report: CycleReport) throws -> DetectorHealth {
        try #require(report.detectors.first { $0.type == type })
    }

    @Test("a first run without history learns, reports its progress, and pages no one (row 17)")
    func learning() async throws {
        var rows = Self.steady(hours: 9)
        rows += Self.steady(hours: 1, cost: 1).map { row in
            var row = row
            (row.id, row.traceID) = ("dear-" + row.id, "dear-" + row.traceID)
            return row
        }
        let report = try await Self.stage(rows).scan(carryingOutActs: false)
        let cost = try health(.costSpike, report)
        #expect(cost.state == .learning && cost.message.contains("learning (9 of 168 h)"), "\(cost.message)")
        let paging = report.findings.filter { $0.type == .costSpike && !$0.isNote }
        #expect(paging.isEmpty)
        #expect(report.incidents.isEmpty)
    }

    @Test("the second day of a spike is the same incident and still pages: its hours are in no baseline (row 18)")
    func secondDay() async throws {
        let dear = Span.hours(30)
        let rows = Self.steady(hours: 9 * 24).map { row in
            var row = row
            if row.start >= Stage.start - .hours(4) { row.cost = 0.4 }
            return row
        }
        let stage = try Self.stage(rows)
        let first = try #require(try await stage.scan(carryingOutActs: false).incidents.first)
        stage.world.change { state in
            state.observations += stride(from: 4.0, through: dear.seconds / 60, by: 4).map { minutes in
                SandboxObservation(
                    id: "later-\(Int(minutes))", traceID: "later-\(Int(minutes))", traceName: "desk", name: "desk",
                    model: "m", start: Stage.start + .minutes(minutes), inputTokens: 100, outputTokens: 20, cost: 0.4,
                    input: "{}", output: #"{"answer":"later"}"#)
            }
        }
        for _ in 0..<15 {
            stage.advance(by: .hours(2))
            let report = try await stage.scan(carryingOutActs: false)
            let spike = try #require(report.incidents.first { $0.summary.type == .costSpike })
            #expect(spike.summary.id == first.summary.id && spike.summary.state != .resolved)
        }
    }

    @Test("hours are UTC's: the night of a clock change has no gap and no hour twice (row 19)")
    func clockChange() async throws {
        // The days on which clocks went back in Europe and in America, and on in Europe.
        for change in ["2026-10-25T12:00:00Z", "2026-11-01T12:00:00Z", "2026-03-29T12:00:00Z"] {
            let moment = try #require(Instant(iso8601: change))
            let shift = Stage.start - moment
            let world = try Self.stage(
                Self.steady(hours: 3 * 24).map { row in
                    var row = row
                    row.start = row.start - shift
                    return row
                })
            world.moment.withLock { $0 = moment }
            _ = try await world.scan(carryingOutActs: false)
            let known = try await world.read(StoreQuery<[HourFact]> { try $0.hours(latest: 60) }).map(\.hour)
            let steps = zip(known, known.dropFirst()).map { $1 - $0 }
            #expect(known.count >= 48 && steps.allSatisfy { $0 == .hours(1) }, "\(change)")
        }
    }

    @Test("three costly minutes of the current hour page no one (row 20)")
    func youngHour() async throws {
        var rows = Self.steady(hours: 9 * 24)
        let hour = Stage.start.startOfHour
        rows += (0..<40).map { place in
            SandboxObservation(
                id: "burst-\(place)", traceID: "burst-\(place)", traceName: "desk", name: "desk", model: "m",
                start: hour + .seconds(Double(place) * 4), inputTokens: 100, outputTokens: 20, cost: 0.05, input: "{}",
                output: #"{"answer":"\#(place)"}"#)
        }
        let stage = try Self.stage(rows.filter { $0.start < hour + .minutes(3) })
        stage.moment.withLock { $0 = hour + .minutes(3) }
        #expect(try await stage.scan(carryingOutActs: false).incidents.isEmpty)
    }

    @Test("invalid amounts are skipped and reported; valid rows are still judged (rows 24 and 25)")
    func poison() async throws {
        let stage = try Stage(prepare: { world in
            world.change { state in
                for (place, cost) in [-5.0, 1e9, .nan].enumerated() {
                    state.observations.append(
                        SandboxObservation(
                            id: "poison-\(place)", traceID: "poison", traceName: "desk", name: "desk", model: "m",
                            start: Stage.start - .minutes(Double(90 - place)), inputTokens: 1, outputTokens: 1,
                            cost: cost,
                            input: "{}", output: "{}"))
                }
                state.observations.sort { ($0.start, $0.id) < ($1.start, $1.id) }
            }
        })
        let report = try await stage.scan(carryingOutActs: false)
        let cost = try health(.costSpike, report)
        #expect(cost.state == .ok && cost.message.contains("Skipped: 2 observations"), "\(cost.message)")
        #expect(Set(report.incidents.map(\.summary.type)) == [.costSpike, .agentLoop])
        let spend = report.incidents.first { $0.summary.type == .costSpike }?.summary.costPerHour ?? 0
        #expect(spend > 1 && spend < 100)
    }
}
