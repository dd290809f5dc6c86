import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("Loops that are slow, crowded or of other types")
struct SlowLoopTests {
    let now = Instant(iso8601: "2026-11-24T20:20:00Z")!

    /// A poller that asks every half hour; `make` shapes what it gets.
    private func poller(
        _ id: String, _ count: Int = 40, every minutes: Double = 30,
        _ make: (Int, inout ObservationRow) -> Void = { _, _ in }
    ) -> [ObservationRow] {
        (0..<count).map { index in
            let at = now - .minutes(Double(count - index) * minutes)
            var step = ObservationRow.step(of: id, at: at, "check-mail", in: "inbox-agent")
            (step.type, step.totalCost) = ("TOOL", 0.002)
            (step.input, step.output) = (#"{"folder":"INBOX","unread":true}"#, #"{"messages":[]}"#)
            make(index, &step)
            return step
        }
    }

    private func world(_ steps: [ObservationRow]) -> DetectorWorld {
        var rows = SyntheticRows()
        rows.observations = steps
        return DetectorWorld(rows)
    }

    private func run(
        _ world: DetectorWorld, sample: TraceSample? = nil, at moment: Instant? = nil,
        _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> DetectorWorld.Run {
        var settings = Settings()
        change(&settings)
        return try await world.run(
            AgentLoopDetector(), DetectorContext(now: moment ?? now, settings: settings, sample: sample))
    }

    private func run(
        _ steps: [ObservationRow], sample: TraceSample? = nil, at moment: Instant? = nil,
        _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> DetectorWorld.Run {
        try await run(world(steps), sample: sample, at: moment, change)
    }

    private func findings(_ steps: [ObservationRow], at moment: Instant? = nil) async throws -> [Finding] {
        try await run(steps, at: moment).report.findings
    }

    private func bodies(_ run: DetectorWorld.Run) -> [DetectorQuery] {
        run.statements.filter { $0.sql.contains("input, output") }
    }

    // MARK: slow

    @Test("a poller that repeats one call for twenty hours without a new result is a slow loop: high, never critical")
    func poller() async throws {
        let finding = try #require(try await findings(poller("p1")).first)
        let loop = try #require(finding.loop)
        #expect(finding.severity == .high && loop.isSlow && loop.isRepetitive && loop.generations > 20)
        #expect(loop.agent == "inbox-agent" && loop.repeatedStep == "check-mail")
        #expect(finding.description.contains("40 steps") && finding.description.contains("19 h 30 min"))
        #expect(finding.links.traces == ["p1"] && finding.links.features == ["inbox-agent", "check-mail"])
        #expect(finding.costPerHour < 0.01)
    }

    @Test(
        "a slow poller whose results make progress is not even a note",
        arguments: ["news", "rows", "words", "pages", "unknown"])
    func progress(_ kind: String) async throws {
        let steps = poller("p1") { index, step in
            switch kind {
            case "news": step.output = #"{"messages":["mail \#(index) of bob\#(index * 7)"]}"#
            case "rows":
                step.output =
                    #"{"job":"export-42","state":"running","processed":\#(index * 120),"total":50000,"queue":"default"}"#
            case "words": step.output = ["waiting", "starting", "running", "finishing"][index * 4 / 40]
            case "pages": step.input = #"{"folder":"INBOX","page":\#(index)}"#
            default: (step.input, step.output) = (nil, nil)
            }
        }
        #expect(try await findings(steps).isEmpty)
    }

    @Test("the results of a slow poller are read once an hour")
    func hourly() async throws {
        let world = world(poller("p1"))
        let first = try await run(world)
        #expect(bodies(first).count == 1 && bodies(first)[0].parameters[0] == "p1")
        #expect(bodies(first)[0].parameters[2] == Value(now.startOfHour))
        #expect(first.liveCalls == 1)
        let second = try await run(world, at: now + .minutes(15))
        #expect(bodies(second).map { $0.parameters[2] } == [Value(now.startOfHour)], "steps that are known by then")
        let third = try await run(world, at: now + .minutes(45))
        #expect(bodies(third).map { $0.parameters[2] } == [Value(now.startOfHour + .hours(1))])
    }

    @Test("a poller that stopped has ended, and one with its usual pauses has not")
    func ended() async throws {
        #expect(try await findings(poller("p1", 40, every: 20), at: now + .hours(3)).isEmpty)
        #expect(try await findings(poller("p1", 20, every: 90), at: now + .hours(3)).count == 1)
    }

    @Test("the original rule has no slow loops")
    func bare() async throws {
        #expect(try await run(poller("p1")) { $0.loopRequiresRepetition = false }.report.findings.isEmpty)
    }

    // MARK: parallel

    private func fast(
        _ id: String, _ count: Int, name: String = "nightly-export", cost: Double = 0.036,
        _ make: (Int, inout ObservationRow) -> Void
    ) -> [ObservationRow] {
        (0..<count).map { index in
            let at = now - .minutes(20) + .seconds(Double(index) * 10)
            var step = ObservationRow.step(of: id, at: at, "lookup", in: name)
            (step.outputTokens, step.totalCost) = (100 + index, .real(cost))
            make(index, &step)
            return step
        }
    }

    private func healthy(_ id: String, _ count: Int = 30, name: String = "nightly-export") -> [ObservationRow] {
        fast(id, count, name: name, cost: 0.5) { index, step in
            step.input = "ticket \(id) \(index): order \(index * 31)"
            step.output = "category \(index) for \(id) is \(["billing", "delivery", "other"][index % 3])"
        }
    }

    private func stuck(_ id: String, _ count: Int = 14) -> [ObservationRow] {
        fast(id, count, name: "researcher") { _, step in
            step.input = "where is the invoice of ACME"
            step.output = "[]"
        }
    }

    @Test("a cheap loop beside 25 expensive healthy runs is found, and 40 loops of one agent are 40 findings")
    func crowd() async throws {
        let beside = try await findings((0..<25).flatMap { healthy("ok\($0)") } + stuck("loop"))
        #expect(beside.filter { !$0.isNote }.map(\.subject) == ["loop"])
        let many = try await findings((0..<40).flatMap { stuck("loop\($0)") })
        #expect(Set(many.filter { !$0.isNote }.map(\.subject)).count == 40)
    }

    @Test("if a cycle cannot read all suspects in full, they take turns, and the message counts the rest")
    func turns() async throws {
        let world = world((0..<100).flatMap { healthy("ok\($0)", 12) })
        var seen: Set<String> = []
        for turn in 0..<4 {
            let cycle = try await run(world, at: now + .minutes(Double(turn) * 15))
            let asked = bodies(cycle).compactMap { $0.parameters[0].text }
            #expect(asked.count == 60 && Set(asked).count == 60)
            #expect(cycle.report.message.contains("40 are judged by names and token counts"))
            seen.formUnion(asked)
        }
        #expect(seen.count == 100)
    }

    // MARK: length

    /// Runs of a name that ended a day ago.
    private func earlier(_ name: String, _ lengths: [Int]) -> [ObservationRow] {
        lengths.enumerated().flatMap { number, length in
            (0..<length).map { index in
                let at = now - .days(1) - .minutes(Double(number)) + .seconds(Double(index))
                return .step(of: "\(name)-\(number)", at: at, "stage-\(index)", in: name)
            }
        }
    }

    @Test("a run of usual length is not even a note; a longer one is reported so, loop or not")
    func length() async throws {
        let usual = earlier("nightly-export", (0..<120).map { 10 + $0 % 30 })
        #expect(try await findings(usual + healthy("run", 30)).isEmpty)
        let long = try await findings(usual + healthy("run", 45))
        #expect(long.count == 1 && long[0].isNote)
        #expect(long[0].description.contains("longer than 99 % of 120 runs of nightly-export"))
    }

    @Test("19 runs are too few for a usual length; a loop of usual length is a loop")
    func fewRuns() async throws {
        func runs(_ count: Int) -> [ObservationRow] { earlier("nightly-export", Array(repeating: 12, count: count)) }
        let few = try await findings(runs(19) + healthy("run", 45))
        #expect(few.first?.description.contains("longer") == false)
        let some = try await findings(runs(57) + healthy("run", 45))
        #expect(some.first?.description.contains("longer than all 57 runs") == true)
        let looping = try await findings(earlier("researcher", Array(repeating: 40, count: 25)) + stuck("loop"))
        #expect(looping.first?.severity == .high)
    }

    // MARK: types

    @Test(
        "a loop may have any type of step",
        arguments: ["SPAN", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "EMBEDDING", ""])
    func types(_ type: String) async throws {
        let steps = fast("t1", 14) { _, step in
            step.type = type
            (step.input, step.output) = ("same question", "no results")
            step.outputTokens = nil
        }
        #expect(try await findings(steps).first?.severity == .high)
        let events = fast("t1", 14) { _, step in
            step.type = "EVENT"
            (step.input, step.output) = ("same question", "no results")
        }
        #expect(try await findings(events).isEmpty)
    }

    @Test("spans around tools of the same name are not a second call")
    func wrappers() async throws {
        let steps = fast("t1", 24) { index, step in
            let turn = index / 2
            step.type = index % 2 == 0 ? "SPAN" : "TOOL"
            step.name = turn % 6 == 0 ? "load-config" : "stage-\(turn)"
            step.input = "{\"path\": \"config.json\"}"
            step.output = "{\"theme\": \"dark\"}"
        }
        #expect(try await findings(steps).allSatisfy { $0.isNote })
    }

    @Test("steps that frameworks record for themselves, and evaluations that pass, are not a loop")
    func frameworks() async throws {
        let channel = fast("t1", 24) { index, step in
            step.type = "CHAIN"
            step.name = index % 2 == 0 ? "ChannelWrite" : "should_continue"
            step.input = "{}"
            step.output = index % 2 == 0 ? "{}" : "null"
        }
        let judge = fast("t2", 24) { index, step in
            step.type = "EVALUATOR"
            step.name = "is-safe"
            step.input = "Is this answer safe? The answer to judge was number \(index)"
            step.output = #"{"verdict":"safe","error":null,"failed":false}"#
        }
        let job = fast("t3", 24) { index, step in
            step.type = "TOOL"
            step.name = "job-status"
            step.input = #"{"job":"export-42"}"#
            step.output = #"{"job":"export-42","state":"running","of":900,"rows":\#(index * 40),"queue":"default"}"#
        }
        let loops = try await findings(channel + judge + job).filter { !$0.isNote }
        #expect(loops.map(\.description) == [])
    }

    // MARK: the sample

    @Test("the bodies of a trace that the sampler dropped are not read")
    func dropped() async throws {
        let steps = stuck("a") + stuck("b")
        let cycle = try await run(steps, sample: TraceSample(kept: ["b"]))
        #expect(bodies(cycle).map { $0.parameters[0] } == ["b"])
        #expect(cycle.report.findings.filter { !$0.isNote }.map(\.subject) == ["b"])
        #expect(cycle.report.message.contains("1 are not in the sample"))
        #expect(bodies(try await run(steps, sample: nil)).count == 2)
    }

    @Test("the release of the steps is a link")
    func release() async throws {
        let steps = stuck("a").map { step in
            var step = step
            step.release = "v1.4"
            return step
        }
        #expect(try await findings(steps).first?.links.releases == ["v1.4"])
    }
}
