import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("The smart sampler")
struct TraceSamplerTests {
    private let now = Instant(iso8601: "2026-11-24T12:00:00Z")!

    private func traces(_ count: Int, _ make: (Int, inout PlantedTraces.Trace) -> Void = { _, _ in }) -> PlantedTraces {
        PlantedTraces(
            traces: (0..<count).map { index in
                var trace = PlantedTraces.Trace(id: "t\(index)", at: now - .seconds(Double(count - index)))
                make(index, &trace)
                return trace
            })
    }

    private func reasons(_ outcome: SamplerOutcome) -> [String: [SampleReason]] {
        Dictionary(outcome.kept.map { ($0.id, $0.reasons) }) { $1 }
    }

    private func noDraw(_ settings: inout Settings) { settings.samplerUniformPercent = 0 }

    @Test("each rule of the seed keeps what it scores, and the rest is dropped")
    func rules() {
        let planted = traces(200) { index, trace in
            switch index {
            case 0: trace.errors = 1
            case 1: trace.warnings = 2
            case 2: trace.cost = 1.5
            case 3: trace.steps = 6
            case 4: (trace.errors, trace.steps) = (1, 40)
            case 5: trace.steps = 5
            default: break
            }
        }
        let outcome = planted.run(SamplerMemory(failing: ["t7", "gone"]), now: now, noDraw).outcome
        #expect(
            reasons(outcome) == [
                "t0": [.error], "t1": [.error], "t2": [.highCost], "t3": [.manySteps], "t4": [.error, .manySteps],
                "t7": [.schemaFailed],
            ])
        #expect(outcome.scored == 200)
    }

    @Test("a trace is dear beside the mean of a trace, not of an hour")
    func cost() {
        let planted = traces(2000) { index, trace in trace.cost = index == 9 ? 1.5 : index == 10 ? 0.022 : 0.01 }
        let outcome = planted.run(now: now, noDraw).outcome
        #expect(abs(outcome.meanCost - 0.01075) < 0.0001)
        #expect(reasons(outcome) == ["t9": [.highCost], "t10": [.highCost]])
    }

    @Test("costs that are no amounts keep nothing and lose nothing")
    func poisoned() {
        let planted = traces(50) { index, trace in
            if index == 0 { (trace.cost, trace.errors) = (.nan, 1) }
            if index == 1 { trace.cost = -.infinity }
        }
        #expect(reasons(planted.run(now: now, noDraw).outcome) == ["t0": [.error]])
    }

    @Test("the score to keep is a setting, and another one chooses anew")
    func keepScore() {
        let planted = traces(50) { index, trace in
            if index == 0 { trace.steps = 9 }
            if index == 1 { trace.errors = 1 }
        }
        let first = planted.run(now: now, noDraw).outcome
        #expect(Set(first.kept.map(\.id)) == ["t0", "t1"])
        let memory = SamplerMemory().after(first)
        let second = planted.run(memory, now: now) { settings in
            noDraw(&settings)
            settings.samplerKeepScore = 50
        }.outcome
        #expect(second.startsAnew && second.scored == 50)
        #expect(Set(second.kept.map(\.id)) == ["t1"])
        #expect(Set(planted.run(memory, now: now) { $0.samplerKeepScore = 50 }.outcome.kept.map(\.id)).contains("t1"))
    }

    @Test("where shorter traces are looked at as loops, they are kept")
    func lowThreshold() {
        let planted = traces(50) { index, trace in trace.steps = index == 0 ? 4 : 2 }
        let kept = planted.run(now: now) { settings in
            noDraw(&settings)
            settings.agentLoopGenerationThreshold = 3
        }.outcome.kept
        #expect(kept.map(\.id) == ["t0"])
    }

    // MARK: the uniform draw

    @Test("the uniform draw keeps its share within binomial bounds, whatever ids look like", arguments: 0..<4)
    func uniformShare(_ kind: Int) {
        let count = 40_000
        var random = SplitMix(state: UInt64(kind))
        let drawn = (0..<count).count { index in
            let id =
                switch kind {
                case 0: "t\(index)"
                case 1: "trace-\(String(index + 100_000, radix: 36))"
                case 2: String(random.next(), radix: 16) + String(random.next(), radix: 16)
                default: "2026-11-24/\(index % 24)/run-\(index / 24)"
                }
            return TraceSampler.draws(id, percent: 1)
        }
        // Five standard deviations of a binomial count.
        let deviation = (Double(count) * 0.01 * 0.99).squareRoot()
        #expect(abs(Double(drawn) - Double(count) * 0.01) < 5 * deviation, "\(drawn)")
    }

    @Test("the draw is the same in every cycle, a larger one holds a smaller one, and its ends are exact")
    func determinism() {
        let planted = traces(1_000)
        func drawn(_ percent: Double) -> Set<String> {
            Set(planted.run(now: now) { $0.samplerUniformPercent = percent }.outcome.kept.map(\.id))
        }
        let (one, ten) = (drawn(1), drawn(10))
        #expect(one == drawn(1) && one.isSubset(of: ten) && ten.count > 60)
        #expect(drawn(0).isEmpty && drawn(100).count == 1_000)
    }

    @Test("the draw says nothing of a trace, so that rates over it are those of all traces")
    func unbiased() {
        let planted = traces(4_000) { index, trace in
            trace.errors = index % 5 == 0 ? 1 : 0
            trace.steps = index % 3 == 0 ? 9 : 2
        }
        let kept = planted.run(now: now) { $0.samplerUniformPercent = 20 }.outcome.kept
        let drawn = kept.filter { $0.reasons.contains(.uniform) }
        let errors = Double(drawn.count { $0.reasons.contains(.error) }) / Double(drawn.count)
        #expect(abs(errors - 0.2) < 0.071, "five standard deviations")
        let all = Double(kept.count { $0.reasons.contains(.error) }) / Double(kept.count)
        #expect(all > 0.3, "what is kept is no fair sample")
    }

    // MARK: patterns

    @Test("on a first run every pattern is known; later the first trace with a new set is novel, and it alone")
    func novelty() {
        var planted = traces(100)
        let first = planted.run(now: now, noDraw).outcome
        #expect(first.kept.isEmpty && first.patterns.count == 1)
        let memory = SamplerMemory().after(first)
        let later = now + .minutes(15)
        planted.traces += [
            .init(id: "n2", at: later - .minutes(1), names: ["plan", "delete_all", "answer"]),
            .init(id: "n1", at: later - .minutes(2), names: ["answer", "plan", "delete_all"]),
            .init(id: "same", at: later - .minutes(1), names: ["answer", "plan"]),
        ]
        let second = planted.run(memory, now: later, noDraw).outcome
        #expect(reasons(second) == ["n1": [.novelPattern]])
        #expect(second.scored <= 4, "what is known and unchanged is not scored again")
        let third = planted.run(memory.after(second), now: later + .minutes(15), noDraw).outcome
        #expect(third.dropped.isEmpty && third.kept.allSatisfy { $0.id == "n1" }, "it stays novel")
    }

    @Test("a set that nobody had for a week is novel again; numbers and ids in names are not part of it")
    func forgotten() {
        var planted = traces(10) { index, trace in
            trace.names = ["step-\(index)", "job 5f3c9a01-77b2-4c1e-abcd-0a1b2c3d4e5f"]
        }
        let first = planted.run(now: now, noDraw).outcome
        #expect(first.patterns.count == 1)
        #expect(first.patterns.values.first?.steps == ["job #", "step-#"])
        let later = now + .days(8)
        planted.traces.append(
            .init(id: "again", at: later - .minutes(1), names: ["step-77", "job 0a1b2c3d"]))
        planted.traces.append(.init(id: "other", at: later - .minutes(1), names: ["step-78", "job 12"]))
        let second = planted.run(SamplerMemory().after(first), now: later, noDraw).outcome
        #expect(reasons(second) == ["again": [.novelPattern]])
    }

    // MARK: cost of a cycle

    @Test("a cycle asks for what changed: pages by the mirror's own time, none of them again")
    func incremental() {
        var planted = traces(5_100)
        let first = planted.run(now: now, noDraw)
        #expect(first.outcome.scored == 5_100 && first.queries.count == 4)
        let memory = SamplerMemory().after(first.outcome)
        let later = now + .minutes(15)
        planted.traces[3].changed = now + .minutes(3)
        planted.traces[3].errors = 1
        planted.traces.append(.init(id: "new", at: now + .minutes(2), errors: 1))
        let second = planted.run(memory, now: later, noDraw)
        #expect(Set(second.outcome.kept.map(\.id)) == ["t3", "new"])
        #expect(second.outcome.scored <= 3 && second.queries.count == 2)
        #expect(second.outcome.readUntil == now + .minutes(3))
        #expect(second.queries.allSatisfy { !$0.sql.contains("input") && !$0.sql.contains("output,") })
    }

    @Test("history that is written after the day was is passed over once")
    func backfill() {
        var planted = traces(20)
        planted.traces += (0..<50).map { .init(id: "old\($0)", at: now - .days(3), changed: now + .seconds(9)) }
        let first = planted.run(now: now, noDraw).outcome
        #expect(first.readUntil == now + .seconds(9) && first.scored == 20 && first.total == 20)
        let second = planted.run(SamplerMemory().after(first), now: now + .minutes(15), noDraw)
        #expect(second.outcome.scored == 0)
        #expect(second.queries.last?.parameters.first == Value(now + .seconds(9) + .milliseconds(1)))
    }

    @Test("a kept trace that no longer scores is dropped; one whose output failed later is looked up")
    func changes() {
        var planted = traces(60) { index, trace in if index == 0 { trace.errors = 1 } }
        let first = planted.run(now: now, noDraw).outcome
        var memory = SamplerMemory().after(first)
        #expect(memory.kept == ["t0"])
        planted.traces[0].errors = 0
        planted.traces[0].changed = now + .minutes(1)
        memory.failing = ["t30", "unknown"]
        let second = planted.run(memory, now: now + .minutes(15), noDraw)
        #expect(second.outcome.dropped == ["t0"])
        #expect(reasons(second.outcome) == ["t30": [.schemaFailed]])
        let third = planted.run(memory.after(second.outcome), now: now + .minutes(30), noDraw)
        #expect(third.outcome.kept.isEmpty && third.outcome.dropped.isEmpty)
    }

    @Test("a memory of another time starts anew, and an empty day is no failure")
    func anew() {
        let planted = traces(20)
        let memory = SamplerMemory().after(planted.run(now: now, noDraw).outcome)
        #expect(planted.run(memory, now: now - .hours(2), noDraw).outcome.startsAnew)
        #expect(planted.run(memory, now: now + .days(3), noDraw).outcome.startsAnew)
        let empty = PlantedTraces().run(now: now).outcome
        #expect(empty.total == 0 && empty.kept.isEmpty && empty.readUntil == nil)
    }

    // MARK: what it is for

    @Test("the sample changes which bodies are read, and no statement, hour or baseline else")
    func feedsNoBaseline() async throws {
        var rows = SyntheticRows()
        rows.observations = (0..<200).map { hour in
            ObservationRow(at: now.startOfHour - .hours(Double(hour))) { $0.totalCost = .real(Double(hour % 7)) }
        }
        rows.observations += (0..<15).map { index in
            ObservationRow(at: now - .minutes(Double(index))) {
                ($0.traceID, $0.name, $0.input, $0.output) = ("t1", "search", "same", "[]")
            }
        }
        let world = DetectorWorld(rows)
        for detector in DetectorCatalog.all {
            func run(_ sample: TraceSample?) async throws -> DetectorWorld.Run {
                try await world.run(detector, DetectorContext(now: now, settings: Settings(), sample: sample))
            }
            let (all, none) = (try await run(nil), try await run(TraceSample(kept: [])))
            func free(_ queries: [DetectorQuery]) -> [DetectorQuery] {
                queries.filter { !$0.sql.contains("input, output") }
            }
            #expect(free(all.statements) == free(none.statements), "\(detector.type)")
            #expect((all.statements == none.statements) == (detector.type != .agentLoop), "\(detector.type)")
            #expect(all.report.records == none.report.records)
            #expect(!all.statements.contains { $0.sql.contains("sampl") })
        }
    }
}
