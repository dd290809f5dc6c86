import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("The smart sampler")
struct TraceSamplerTests {
    private let now = Instant(iso8601: "2026-11-24T12:00:00Z")!

    /// A trace as the rules of the sampler see it: its steps take the names in turn, the first one costs everything.
    private struct Trace {
        var id: String
        var at: Instant
        var steps = 2
        var errors = 0
        var warnings = 0
        /// US dollars.
        var cost = 0.01
        var names = ["plan", "answer"]

        var observations: [ObservationRow] {
            (0..<max(steps, names.count)).map { index in
                ObservationRow(at: at) { step in
                    (step.traceID, step.name) = (id, names[index % names.count])
                    step.totalCost = .real(index == 0 ? cost : 0)
                    step.level = index < errors ? "ERROR" : index < errors + warnings ? "WARNING" : "DEFAULT"
                }
            }
        }
    }

    private func traces(_ count: Int, _ make: (Int, inout Trace) -> Void = { _, _ in }) -> [Trace] {
        (0..<count).map { index in
            var trace = Trace(id: "t\(index)", at: now - .seconds(Double(count - index)))
            make(index, &trace)
            return trace
        }
    }

    private func world(_ traces: [Trace]) -> DetectorWorld {
        var rows = SyntheticRows()
        rows.observations = traces.flatMap(\.observations)
        return DetectorWorld(rows)
    }

    private func sample(
        _ world: DetectorWorld, _ memory: SamplerMemory = SamplerMemory(), at moment: Instant? = nil,
        _ change: (inout Settings) -> Void = { $0.samplerUniformPercent = 0 }
    ) async throws -> (outcome: SamplerOutcome, statements: [DetectorQuery]) {
        var settings = Settings()
        change(&settings)
        return try await world.run(
            TraceSampler(memory: memory, settings: settings, now: moment ?? now), at: moment ?? now)
    }

    private func reasons(_ outcome: SamplerOutcome) -> [String: [SampleReason]] {
        Dictionary(outcome.kept.map { ($0.id, $0.reasons) }) { $1 }
    }

    @Test("each rule of the original system keeps what it scores, and the rest is dropped")
    func rules() async throws {
        let world = world(
            traces(200) { index, trace in
                switch index {
                case 0: trace.errors = 1
                case 1: trace.warnings = 2
                case 2: trace.cost = 1.5
                case 3: trace.steps = 6
                case 4: (trace.errors, trace.steps) = (1, 40)
                case 5: trace.steps = 5
                default: break
                }
            })
        let outcome = try await sample(world, SamplerMemory(failing: ["t7", "gone"])).outcome
        #expect(
            reasons(outcome) == [
                "t0": [.error], "t1": [.error], "t2": [.highCost], "t3": [.manySteps], "t4": [.error, .manySteps],
                "t7": [.schemaFailed],
            ])
        #expect(outcome.scored == 200)
    }

    @Test("a trace's cost is compared with the mean of a trace, not of an hour")
    func cost() async throws {
        let world = world(
            traces(2000) { index, trace in trace.cost = index == 9 ? 1.5 : index == 10 ? 0.022 : 0.01 })
        let outcome = try await sample(world).outcome
        #expect(abs(outcome.meanCost - 0.01075) < 0.0001)
        #expect(reasons(outcome) == ["t9": [.highCost], "t10": [.highCost]])
    }

    @Test("invalid costs keep nothing and lose nothing")
    func poisoned() async throws {
        let world = world(
            traces(50) { index, trace in
                if index == 0 { (trace.cost, trace.errors) = (.infinity, 1) }
                if index == 1 { trace.cost = -1e6 }
            })
        #expect(reasons(try await sample(world).outcome) == ["t0": [.error]])
    }

    @Test("the score to keep is a setting, and a new one leads to a new choice")
    func keepScore() async throws {
        let world = world(
            traces(50) { index, trace in
                if index == 0 { trace.steps = 9 }
                if index == 1 { trace.errors = 1 }
            })
        let first = try await sample(world).outcome
        #expect(Set(first.kept.map(\.id)) == ["t0", "t1"])
        let memory = SamplerMemory().after(first)
        let second = try await sample(world, memory) { settings in
            settings.samplerUniformPercent = 0
            settings.samplerKeepScore = 50
        }.outcome
        #expect(second.startsAnew && second.scored == 50)
        #expect(Set(second.kept.map(\.id)) == ["t1"])
        let drawn = try await sample(world, memory) { $0.samplerKeepScore = 50 }.outcome
        #expect(drawn.kept.map(\.id).contains("t1"))
    }

    @Test("traces above a lower threshold of loops are kept")
    func lowThreshold() async throws {
        let world = world(traces(50) { index, trace in trace.steps = index == 0 ? 4 : 2 })
        let kept = try await sample(world) { settings in
            settings.samplerUniformPercent = 0
            settings.agentLoopGenerationThreshold = 3
        }.outcome.kept
        #expect(kept.map(\.id) == ["t0"])
    }

    // MARK: the uniform draw

    @Test("the uniform draw keeps its share within binomial bounds, whatever ids look like", arguments: 0..<4)
    func uniformShare(_ kind: Int) {
        let count = 40_000
        var random = SeededRandom(UInt64(kind))
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

    @Test("the draw is the same in every cycle, a larger one includes a smaller one, and 0 and 100 % are exact")
    func determinism() async throws {
        let world = world(traces(1_000))
        func drawn(_ percent: Double) async throws -> Set<String> {
            Set(try await sample(world) { $0.samplerUniformPercent = percent }.outcome.kept.map(\.id))
        }
        let (one, ten) = (try await drawn(1), try await drawn(10))
        #expect(try await drawn(1) == one && one.isSubset(of: ten) && ten.count > 60)
        #expect(try await drawn(0).isEmpty)
        #expect(try await drawn(100).count == 1_000)
    }

    @Test("the draw does not depend on a trace's content, so that rates over it are those of all traces")
    func unbiased() async throws {
        let world = world(
            traces(2_000) { index, trace in
                trace.errors = index % 5 == 0 ? 1 : 0
                trace.steps = index % 3 == 0 ? 9 : 2
            })
        let kept = try await sample(world) { $0.samplerUniformPercent = 20 }.outcome.kept
        let drawn = kept.filter { $0.reasons.contains(.uniform) }
        let errors = Double(drawn.count { $0.reasons.contains(.error) }) / Double(drawn.count)
        #expect(abs(errors - 0.2) < 0.1, "five standard deviations")
        let all = Double(kept.count { $0.reasons.contains(.error) }) / Double(kept.count)
        #expect(all > 0.3, "what is kept is not a fair sample")
    }

    // MARK: patterns

    @Test("on a first run every pattern is known; later the first trace with a new set is novel, and it alone")
    func novelty() async throws {
        let later = now + .minutes(15)
        let world = world(
            traces(100) + [
                Trace(id: "n2", at: later - .minutes(1), names: ["plan", "delete_all", "answer"]),
                Trace(id: "n1", at: later - .minutes(2), names: ["answer", "plan", "delete_all"]),
                Trace(id: "same", at: later - .minutes(1), names: ["answer", "plan"]),
            ])
        let first = try await sample(world).outcome
        #expect(first.kept.isEmpty && first.patterns.count == 1)
        let memory = SamplerMemory().after(first)
        let second = try await sample(world, memory, at: later).outcome
        #expect(reasons(second) == ["n1": [.novelPattern]])
        #expect(second.scored <= 4, "what is known and unchanged is not scored again")
        let third = try await sample(world, memory.after(second), at: later + .minutes(15)).outcome
        #expect(third.dropped.isEmpty && third.kept.allSatisfy { $0.id == "n1" }, "it stays novel")
    }

    @Test("a set that nobody had for a week is novel again; numbers and ids in names are not part of it")
    func forgotten() async throws {
        let later = now + .days(8)
        let world = world(
            traces(10) { index, trace in
                trace.names = ["step-\(index)", "job 5f3c9a01-77b2-4c1e-abcd-0a1b2c3d4e5f"]
            } + [
                Trace(id: "again", at: later - .minutes(1), names: ["step-77", "job 0a1b2c3d"]),
                Trace(id: "other", at: later - .minutes(1), names: ["step-78", "job 12"]),
            ])
        let first = try await sample(world).outcome
        #expect(first.patterns.count == 1)
        #expect(first.patterns.values.first?.steps == ["job #", "step-#"])
        let second = try await sample(world, SamplerMemory().after(first), at: later).outcome
        #expect(reasons(second) == ["again": [.novelPattern]])
    }

    // MARK: cost of a cycle

    @Test("a cycle reads what changed: pages by the mirror's own time, none of them again")
    func incremental() async throws {
        var changed = Trace(id: "t3", at: now + .minutes(3), steps: 1, errors: 1, names: ["plan"])
        changed.cost = 0
        let world = world(traces(5_100) + [changed, Trace(id: "new", at: now + .minutes(2), errors: 1)])
        let first = try await sample(world)
        #expect(first.outcome.scored == 5_100 && first.statements.count == 4)
        let memory = SamplerMemory().after(first.outcome)
        let second = try await sample(world, memory, at: now + .minutes(15))
        #expect(Set(second.outcome.kept.map(\.id)) == ["t3", "new"])
        #expect(second.outcome.scored <= 3 && second.statements.count == 2)
        #expect(second.outcome.readUntil == now + .minutes(15))
        #expect(second.statements.allSatisfy { !$0.sql.contains("input") && !$0.sql.contains("output,") })
    }

    @Test("traces older than a day are not scored, although they were written last")
    func backfill() async throws {
        let old = (0..<50).map { Trace(id: "old\($0)", at: now - .days(3)) }
        let world = world(traces(20) + old)
        let first = try await sample(world).outcome
        #expect(first.scored == 20 && first.total == 20)
        let readUntil = try #require(first.readUntil)
        let second = try await sample(world, SamplerMemory().after(first), at: now + .minutes(15))
        #expect(second.outcome.scored == 0)
        #expect(second.statements.last?.parameters.first == Value(readUntil + .milliseconds(1)))
    }

    @Test("a kept trace that no longer scores is dropped; one whose output failed later is read")
    func changes() async throws {
        // Later everything costs as much as the trace that was kept for its cost, and that one takes a step more.
        let later = (0..<60).map { Trace(id: "later\($0)", at: now + .minutes(1), cost: 1.5) }
        let step = Trace(id: "t0", at: now + .minutes(1), steps: 1, cost: 0, names: ["plan"])
        let world = world(traces(60) { index, trace in if index == 0 { trace.cost = 1.5 } } + later + [step])
        var memory = SamplerMemory().after(try await sample(world).outcome)
        #expect(memory.kept == ["t0"])
        memory.failing = ["t30", "unknown"]
        let second = try await sample(world, memory, at: now + .minutes(15)).outcome
        #expect(second.dropped == ["t0"])
        #expect(reasons(second) == ["t30": [.schemaFailed]])
        let third = try await sample(world, memory.after(second), at: now + .minutes(30)).outcome
        #expect(third.kept.isEmpty && third.dropped.isEmpty)
    }

    @Test("a memory of another time starts anew, and an empty day is not a failure")
    func anew() async throws {
        let rows = traces(20)
        let memory = SamplerMemory().after(try await sample(world(rows)).outcome)
        #expect(try await sample(world(rows), memory, at: now - .hours(2)).outcome.startsAnew)
        #expect(try await sample(world(rows), memory, at: now + .days(3)).outcome.startsAnew)
        let empty = try await sample(world([])).outcome
        #expect(empty.total == 0 && empty.kept.isEmpty && empty.readUntil == nil)
    }

    // MARK: what it is for

    @Test("the sample changes which bodies are read, and no other statement, hour or baseline")
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

extension SamplerMemory {
    /// The memory after a cycle, as stored.
    fileprivate func after(_ outcome: SamplerOutcome) -> SamplerMemory {
        var memory = self
        memory.readUntil = outcome.readUntil
        memory.rules = outcome.rules
        if outcome.startsAnew { (memory.kept, memory.keptAsFailed) = ([], []) }
        memory.kept.formUnion(outcome.kept.map(\.id))
        memory.kept.subtract(outcome.dropped)
        memory.keptAsFailed.formUnion(outcome.kept.filter { $0.reasons.contains(.schemaFailed) }.map(\.id))
        for (key, pattern) in outcome.patterns { memory.patterns[key] = pattern.sighting }
        return memory
    }
}
