package import Basics
import Sandbox

/// The ways in which an agent loops.
package enum LoopKind: String, CaseIterable, Hashable, Sendable {
    /// Generations with the same input and output: about half a US dollar.
    case generations
    /// Calls of one tool under an agent that has not ended.
    case tools
    /// Agents and spans that hand the same task to each other.
    case agents
    /// The same call every half hour for 20 hours, with the same result.
    case slow

    fileprivate var agent: String {
        switch self {
        case .generations: "market-research"
        case .tools: "seat-booking"
        case .agents: "trip-planner"
        case .slow: "export-watch"
        }
    }

    /// The steps that repeat, in order.
    fileprivate func round(_ random: inout SeededRandom) -> [(
        type: String, name: String, input: String, output: String
    )] {
        let number = random.whole(in: 10_000...99_999)
        switch self {
        case .generations:
            return [
                (
                    "GENERATION", "search-again", #"{"query":"price list of supplier \#(number)","page":1}"#,
                    #"{"results":[],"note":"nothing found"}"#
                )
            ]
        case .tools:
            return [
                (
                    "TOOL", "hold_seat", #"{"flight":"LH\#(number % 900 + 100)","seat":"14C"}"#,
                    #"{"held":false,"reason":"seat is being held"}"#
                )
            ]
        case .agents:
            let task = #"{"task":"two nights near the fair, order \#(number)"}"#
            return [
                ("AGENT", "itinerary", task, #"{"handoff":"prices","reason":"prices are missing"}"#),
                ("SPAN", "prices", task, #"{"handoff":"itinerary","reason":"dates are missing"}"#),
            ]
        case .slow:
            return [
                ("TOOL", "export_status", #"{"export":"\#(number)"}"#, #"{"state":"queued","rows":0}"#)
            ]
        }
    }
}

extension ScenarioPart {
    /// One trace that repeats itself and has not ended; its last step was within a minute, or the half hour of a slow one.
    /// `steps` counts without the root.
    package static func loop(
        _ clock: ScenarioClock, _ kind: LoopKind, agent name: String? = nil, steps given: Int? = nil, every: Span? = nil
    ) -> ScenarioPart {
        let name = name ?? kind.agent
        var random = clock.random("loop/\(kind.rawValue)/\(name)")
        let isSlow = kind == .slow
        let steps = given ?? (isSlow ? 40 : random.whole(in: 15...19))
        let every = every ?? (isSlow ? .minutes(30) : .seconds(random.next(in: 9.0...16.0)))
        let round = kind.round(&random)
        let last = clock.now - .seconds(random.next(in: 4.0...40.0))
        let first = last - .seconds(Double(steps - 1) * every.seconds)
        var run = Run(name, at: first - .seconds(1), &random)
        for number in 0..<steps {
            let step = round[number % round.count]
            let jitter = Span.seconds(number == steps - 1 ? 0 : every.seconds * random.next(in: -0.1...0.1))
            run.add(
                step.type, step.name, input: step.input, output: step.output,
                at: first + .seconds(Double(number) * every.seconds) + jitter, &random)
        }
        var part = ScenarioPart()
        part.observations = run.rows
        part.expectations = [
            .found(
                .agentLoop, run.trace, onset: first, "\(name) repeats the same step (\(kind.rawValue)), \(steps) times."
            )
        ]
        return part
    }

    /// Long traces that make progress: a batch of 24 distinct steps, an agent that calls one tool 36 times with different inputs and
    /// results, and one that polls a status every half hour.
    package static func loopDecoys(_ clock: ScenarioClock) -> ScenarioPart {
        var random = clock.random("loop-decoys")
        let batch = batch(clock, steps: 24, &random)
        var reader = Run("desk-research", at: clock.now - .minutes(40), &random)
        for number in 0..<36 {
            reader.add(
                "TOOL", "open_page", input: #"{"url":"https://example.com/\#(random.hex(6))"}"#,
                output: Shapes.prose(30, &random), at: clock.now - .minutes(39) + .seconds(Double(number) * 63), &random
            )
        }
        var poller = Run("import-watch", at: clock.now - .hours(20), &random)
        let job = random.whole(in: 10_000...99_999)
        for number in 0..<40 {
            poller.add(
                "TOOL", "import_status", input: #"{"import":"\#(job)"}"#,
                output: #"{"state":"running","rows":\#((number + 1) * 1250)}"#,
                at: clock.now - .hours(20) + .minutes(Double(number) * 30 + 2), &random)
        }
        var part = batch
        part.observations += reader.rows + poller.rows
        part.expectations += [
            .silent(.agentLoop, reader.trace, "One tool with another input and another result each time."),
            .silent(.agentLoop, poller.trace, "The same poll every half hour, and a result that grows."),
        ]
        return part
    }

    /// Many long traces side by side, each of distinct steps.
    package static func crowd(_ clock: ScenarioClock, traces: Int = 25, steps: Int = 30) -> ScenarioPart {
        var random = clock.random("crowd")
        return (0..<traces).map { _ in batch(clock, steps: steps, &random) }.reduce(ScenarioPart(), +)
    }

    private static func batch(_ clock: ScenarioClock, steps: Int, _ random: inout SeededRandom) -> ScenarioPart {
        let start = clock.now - .minutes(random.next(in: 20.0...80.0))
        var run = Run("monthly-report", model: .mini, at: start, &random)
        let chapters = ["sales", "returns", "stock", "staff", "rent", "energy", "fleet", "claims", "web", "stores"]
        for number in 0..<steps {
            let chapter = "\(chapters[number % chapters.count])-\(number / chapters.count + 1)"
            run.add(
                "GENERATION", "write-\(chapter)",
                input: #"{"chapter":"\#(chapter)","month":\#(random.whole(in: 1...12))}"#,
                output: Shapes.prose(20, &random), at: start + .seconds(Double(number) * 11 + 2), &random)
        }
        run.end()
        var part = ScenarioPart()
        part.observations = run.rows
        part.expectations = [.silent(.agentLoop, run.trace, "\(steps) distinct steps of a batch.")]
        return part
    }
}

/// A run of an agent that has not ended: its root is open, and the steps are its children.
private struct Run {
    let trace: String
    private let name: String
    private let user: String
    private let model: ModelPrice
    private(set) var rows: [SandboxObservation] = []

    init(_ name: String, model: ModelPrice = .old, at start: Instant, _ random: inout SeededRandom) {
        (self.name, self.model) = (name, model)
        (trace, user) = (random.hex(32), "user-\(random.whole(in: 1...400))")
        append("AGENT", name, parent: nil, input: Shapes.question(&random), output: "", at: start, &random)
        rows[0].isOpen = true
    }

    mutating func add(
        _ type: String, _ name: String, input: String, output: String, at moment: Instant, _ random: inout SeededRandom
    ) {
        append(type, name, parent: rows[0].id, input: input, output: output, at: moment, &random)
    }

    /// With its last step.
    mutating func end() {
        guard let last = rows.last else { return }
        (rows[0].isOpen, rows[0].output) = (false, last.output)
        rows[0].latency = (last.start - rows[0].start).seconds + last.latency
    }

    private mutating func append(
        _ type: String, _ name: String, parent: String?, input: String, output: String, at moment: Instant,
        _ random: inout SeededRandom
    ) {
        let isCall = type == "GENERATION"
        let tokens = isCall ? (random.whole(in: 780...820), random.whole(in: 120...180)) : (0, 0)
        var row = SandboxObservation(
            id: random.hex(16), traceID: trace, traceName: self.name, type: type, name: name,
            model: isCall ? model.name : "", start: moment, latency: random.next(in: 0.3...2.0), inputTokens: tokens.0,
            outputTokens: tokens.1, cost: isCall ? model.cost(input: tokens.0, output: tokens.1) : 0, input: input,
            output: output, parentID: parent, userID: user)
        row.release = "\(self.name)@1.4.0"
        rows.append(row)
    }
}
