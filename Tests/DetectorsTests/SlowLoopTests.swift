import Basics
import Detectors
import OnCallModel
import Testing

@Suite("Loops that are slow, crowded or of other types")
struct SlowLoopTests {
    let now = Instant(iso8601: "2026-11-24T20:20:00Z")!

    /// A poller that asks every half hour; `make` shapes what it gets.
    private func poller(
        _ id: String, _ count: Int = 40, every minutes: Double = 30,
        _ make: (Int, inout Planted.Step) -> Void = { _, _ in }
    ) -> [Planted.Step] {
        (0..<count).map { index in
            var step = Planted.Step(
                trace: id, at: now - .minutes(Double(count - index) * minutes), name: "check-mail", type: "TOOL",
                traceName: "inbox-agent", cost: 0.002, input: #"{"folder":"INBOX","unread":true}"#,
                output: #"{"messages":[]}"#)
            make(index, &step)
            return step
        }
    }

    private func run(
        _ steps: [Planted.Step], runs: [String: [Int]] = [:], sample: TraceSample? = nil,
        at moment: Instant? = nil, _ change: (inout Settings) -> Void = { _ in }
    ) -> (report: DetectorReport, queries: [DetectorQuery]) {
        var settings = Settings()
        change(&settings)
        return Planted(steps: steps, runs: runs).run(
            AgentLoopDetector(), DetectorContext(now: moment ?? now, settings: settings, sample: sample))
    }

    private func bodies(_ queries: [DetectorQuery]) -> [DetectorQuery] {
        queries.filter { $0.sql.contains("input, output") }
    }

    // MARK: slow

    @Test("a poller that repeats one call for twenty hours and learns nothing is a slow loop: high, never critical")
    func poller() throws {
        let finding = try #require(run(poller("p1")).report.findings.first)
        let loop = try #require(finding.loop)
        #expect(finding.severity == .high && loop.isSlow && loop.isRepetitive && loop.generations > 20)
        #expect(loop.agent == "inbox-agent" && loop.repeatedStep == "check-mail")
        #expect(finding.description.contains("40 steps") && finding.description.contains("19 h 30 min"))
        #expect(finding.links.traces == ["p1"] && finding.links.features == ["inbox-agent", "check-mail"])
        #expect(finding.costPerHour < 0.01)
    }

    @Test(
        "a slow poller whose results get on is silent, and not even a note",
        arguments: ["news", "rows", "words", "pages", "unknown"])
    func progress(_ kind: String) {
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
        #expect(run(steps).report.findings.isEmpty)
    }

    @Test("what a slow poller gave is asked for once an hour")
    func hourly() {
        let steps = poller("p1")
        let first = bodies(run(steps).queries)
        let second = bodies(run(steps, at: now + .minutes(15)).queries)
        #expect(first.count == 1)
        #expect(first[0].parameters[0] == "p1" && first[0].parameters[2] == Value(now.startOfHour))
        #expect(second[0].parameters[2] == first[0].parameters[2], "steps that are known by then")
        #expect(
            bodies(run(steps, at: now + .minutes(45)).queries)[0].parameters[2] == Value(now.startOfHour + .hours(1)))
    }

    @Test("a poller that stopped is over, and one that pauses as it always did is not")
    func ended() {
        #expect(run(poller("p1", 40, every: 20), at: now + .hours(3)).report.findings.isEmpty)
        #expect(run(poller("p1", 20, every: 90), at: now + .hours(3)).report.findings.count == 1)
    }

    @Test("the seed's bare rule knows no slow loops")
    func bare() {
        #expect(run(poller("p1")) { $0.loopRequiresRepetition = false }.report.findings.isEmpty)
    }

    // MARK: parallel

    private func fast(
        _ id: String, _ count: Int, name: String = "nightly-export", cost: Double = 0.036,
        _ make: (Int, inout Planted.Step) -> Void
    ) -> [Planted.Step] {
        (0..<count).map { index in
            var step = Planted.Step(
                trace: id, at: now - .minutes(20) + .seconds(Double(index) * 10), name: "lookup", traceName: name,
                outputTokens: 100 + index, cost: cost)
            make(index, &step)
            return step
        }
    }

    private func healthy(_ id: String, _ count: Int = 30, name: String = "nightly-export") -> [Planted.Step] {
        fast(id, count, name: name, cost: 0.5) { index, step in
            step.input = "ticket \(id) \(index): order \(index * 31)"
            step.output = "category \(index) for \(id) is \(["billing", "delivery", "other"][index % 3])"
        }
    }

    private func stuck(_ id: String, _ count: Int = 14) -> [Planted.Step] {
        fast(id, count, name: "researcher") { _, step in
            step.input = "where is the invoice of ACME"
            step.output = "[]"
        }
    }

    @Test("a cheap loop beside 25 dear healthy runs is found, and 40 loops of one agent are 40 findings")
    func crowd() {
        let beside = run((0..<25).flatMap { healthy("ok\($0)") } + stuck("loop"))
        #expect(beside.report.findings.filter { !$0.isNote }.map(\.subject) == ["loop"])
        let many = run((0..<40).flatMap { stuck("loop\($0)") })
        #expect(Set(many.report.findings.filter { !$0.isNote }.map(\.subject)).count == 40)
    }

    @Test("more suspects than a cycle reads in full take turns, and the message counts the rest")
    func turns() {
        let steps = (0..<100).flatMap { healthy("ok\($0)", 12) }
        var seen: Set<String> = []
        for turn in 0..<4 {
            let cycle = run(steps, at: now + .minutes(Double(turn) * 15))
            let asked = bodies(cycle.queries).compactMap { $0.parameters[0].text }
            #expect(asked.count == 60 && Set(asked).count == 60)
            #expect(cycle.report.message.contains("40 are judged by names and token counts"))
            seen.formUnion(asked)
        }
        #expect(seen.count == 100)
    }

    // MARK: length

    @Test("a run as long as its name's runs are is not even a note; a longer one says so, loop or not")
    func length() {
        let usual = ["nightly-export": (0..<340).map { 10 + $0 % 30 }]
        #expect(run(healthy("run", 30), runs: usual).report.findings.isEmpty)
        let long = run(healthy("run", 45), runs: usual).report.findings
        #expect(long.count == 1 && long[0].isNote)
        #expect(long[0].description.contains("longer than 99 % of 340 runs of nightly-export"))
        let few = run(healthy("run", 45), runs: ["nightly-export": Array(repeating: 12, count: 19)]).report.findings
        #expect(few.first?.description.contains("longer") == false, "19 runs say nothing")
        let some = run(healthy("run", 45), runs: ["nightly-export": Array(repeating: 12, count: 57)]).report.findings
        #expect(some.first?.description.contains("longer than all 57 runs") == true)
        let looping = run(stuck("loop"), runs: ["researcher": Array(repeating: 40, count: 100)]).report.findings
        #expect(looping.first?.severity == .high, "a loop of usual length is a loop")
    }

    // MARK: types

    @Test(
        "a loop of any type of step is one",
        arguments: ["SPAN", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "EMBEDDING", ""])
    func types(_ type: String) {
        let steps = fast("t1", 14) { _, step in
            step.type = type
            (step.input, step.output) = ("same question", "no results")
            step.outputTokens = nil
        }
        #expect(run(steps).report.findings.first?.severity == .high)
        let events = fast("t1", 14) { _, step in
            step.type = "EVENT"
            (step.input, step.output) = ("same question", "no results")
        }
        #expect(run(events).report.findings.isEmpty)
    }

    @Test("spans around tools of the same name are no second call")
    func wrappers() {
        let steps = fast("t1", 24) { index, step in
            let turn = index / 2
            step.type = index % 2 == 0 ? "SPAN" : "TOOL"
            step.name = turn % 6 == 0 ? "load-config" : "stage-\(turn)"
            step.input = "{\"path\": \"config.json\"}"
            step.output = "{\"theme\": \"dark\"}"
        }
        #expect(run(steps).report.findings.allSatisfy { $0.isNote })
    }

    @Test("steps that frameworks write for themselves, and judges that find nothing wrong, are no loop")
    func frameworks() {
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
        let loops = run(channel + judge + job).report.findings.filter { !$0.isNote }
        #expect(loops.map(\.description) == [])
    }

    // MARK: the sample

    @Test("a trace that the sampler dropped costs no body, and is judged by what is free")
    func dropped() {
        let steps = stuck("a") + stuck("b")
        let cycle = run(steps, sample: TraceSample(kept: ["b"]))
        #expect(bodies(cycle.queries).map { $0.parameters[0] } == ["b"])
        #expect(cycle.report.findings.filter { !$0.isNote }.map(\.subject) == ["b"])
        #expect(cycle.report.message.contains("1 are not in the sample"))
        #expect(bodies(run(steps, sample: nil).queries).count == 2)
    }

    @Test("the release of the steps is a link")
    func release() {
        let steps = stuck("a").map { step in
            var step = step
            step.release = "v1.4"
            return step
        }
        #expect(run(steps).report.findings.first?.links.releases == ["v1.4"])
    }
}
