package import Basics

/// The ways in which an agent goes round in circles.
package enum LoopKind: String, CaseIterable, Hashable, Sendable {
    /// Generations with the same words and the same answer: about half a US dollar.
    case generations
    /// Calls of one tool under an agent that has not ended.
    case tools
    /// Agents and spans that hand the same task to one another.
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

    /// Types, names, what goes in and what comes back; one after the other, over and over.
    fileprivate func round(_ dice: inout SeededRandom) -> [(type: String, name: String, input: String, output: String)]
    {
        let number = dice.whole(in: 10_000...99_999)
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

extension Plant {
    /// One trace that repeats itself and has not ended; its last step was within a minute, or the half hour of a slow one.
    /// `steps` counts without the root.
    package static func loop(
        _ ground: Ground, _ kind: LoopKind, agent name: String? = nil, steps given: Int? = nil, every: Span? = nil
    ) -> Plant {
        let name = name ?? kind.agent
        var dice = ground.dice("loop/\(kind.rawValue)/\(name)")
        let isSlow = kind == .slow
        let steps = given ?? (isSlow ? 40 : dice.whole(in: 15...19))
        let every = every ?? (isSlow ? .minutes(30) : .seconds(dice.next(in: 9.0...16.0)))
        let round = kind.round(&dice)
        let last = ground.now - .seconds(dice.next(in: 4.0...40.0))
        let first = last - .seconds(Double(steps - 1) * every.seconds)
        var run = Run(name, at: first - .seconds(1), &dice)
        for number in 0..<steps {
            let step = round[number % round.count]
            let jitter = Span.seconds(number == steps - 1 ? 0 : every.seconds * dice.next(in: -0.1...0.1))
            run.add(
                step.type, step.name, input: step.input, output: step.output,
                at: first + .seconds(Double(number) * every.seconds) + jitter, &dice)
        }
        var plant = Plant()
        plant.observations = run.rows
        plant.truths = [
            .found(
                .agentLoop, run.trace, onset: first, "\(name) repeats the same step (\(kind.rawValue)), \(steps) times."
            )
        ]
        return plant
    }

    /// Long traces that come on: a batch of 24 distinct steps, an agent that calls one tool 36 times with other words and
    /// other results, and one that asks every half hour how far something is.
    package static func loopDecoys(_ ground: Ground) -> Plant {
        var dice = ground.dice("loop-decoys")
        let batch = batch(ground, steps: 24, &dice)
        var reader = Run("desk-research", at: ground.now - .minutes(40), &dice)
        for number in 0..<36 {
            reader.add(
                "TOOL", "open_page", input: #"{"url":"https://example.com/\#(dice.hex(6))"}"#,
                output: Shapes.prose(30, &dice), at: ground.now - .minutes(39) + .seconds(Double(number) * 63), &dice)
        }
        var poller = Run("import-watch", at: ground.now - .hours(20), &dice)
        let job = dice.whole(in: 10_000...99_999)
        for number in 0..<40 {
            poller.add(
                "TOOL", "import_status", input: #"{"import":"\#(job)"}"#,
                output: #"{"state":"running","rows":\#((number + 1) * 1250)}"#,
                at: ground.now - .hours(20) + .minutes(Double(number) * 30 + 2), &dice)
        }
        var plant = batch
        plant.observations += reader.rows + poller.rows
        plant.truths += [
            .silent(.agentLoop, reader.trace, "One tool with other words and other results each time."),
            .silent(.agentLoop, poller.trace, "The same question every half hour, and an answer that grows."),
        ]
        return plant
    }

    /// Many long traces side by side, each of distinct steps.
    package static func crowd(_ ground: Ground, traces: Int = 25, steps: Int = 30) -> Plant {
        var dice = ground.dice("crowd")
        return (0..<traces).map { _ in batch(ground, steps: steps, &dice) }.reduce(Plant(), +)
    }

    private static func batch(_ ground: Ground, steps: Int, _ dice: inout SeededRandom) -> Plant {
        let start = ground.now - .minutes(dice.next(in: 20.0...80.0))
        var run = Run("monthly-report", model: .mini, at: start, &dice)
        let chapters = ["sales", "returns", "stock", "staff", "rent", "energy", "fleet", "claims", "web", "stores"]
        for number in 0..<steps {
            let chapter = "\(chapters[number % chapters.count])-\(number / chapters.count + 1)"
            run.add(
                "GENERATION", "write-\(chapter)",
                input: #"{"chapter":"\#(chapter)","month":\#(dice.whole(in: 1...12))}"#,
                output: Shapes.prose(20, &dice), at: start + .seconds(Double(number) * 11 + 2), &dice)
        }
        run.end()
        var plant = Plant()
        plant.observations = run.rows
        plant.truths = [.silent(.agentLoop, run.trace, "\(steps) distinct steps of a batch.")]
        return plant
    }
}

/// A run of an agent that is under way: its root is open, and its steps lie below it.
private struct Run {
    let trace: String
    private let name: String
    private let user: String
    private let model: ModelPrice
    private(set) var rows: [SandboxObservation] = []

    init(_ name: String, model: ModelPrice = .old, at start: Instant, _ dice: inout SeededRandom) {
        (self.name, self.model) = (name, model)
        (trace, user) = (dice.hex(32), "user-\(dice.whole(in: 1...400))")
        append("AGENT", name, parent: nil, input: Shapes.question(&dice), output: "", at: start, &dice)
        rows[0].isOpen = true
    }

    mutating func add(
        _ type: String, _ name: String, input: String, output: String, at moment: Instant, _ dice: inout SeededRandom
    ) {
        append(type, name, parent: rows[0].id, input: input, output: output, at: moment, &dice)
    }

    /// With its last step.
    mutating func end() {
        guard let last = rows.last else { return }
        (rows[0].isOpen, rows[0].output) = (false, last.output)
        rows[0].latency = (last.start - rows[0].start).seconds + last.latency
    }

    private mutating func append(
        _ type: String, _ name: String, parent: String?, input: String, output: String, at moment: Instant,
        _ dice: inout SeededRandom
    ) {
        let isCall = type == "GENERATION"
        let tokens = isCall ? (dice.whole(in: 780...820), dice.whole(in: 120...180)) : (0, 0)
        var row = SandboxObservation(
            id: dice.hex(16), traceID: trace, traceName: self.name, type: type, name: name,
            model: isCall ? model.name : "", start: moment, latency: dice.next(in: 0.3...2.0), inputTokens: tokens.0,
            outputTokens: tokens.1, cost: isCall ? model.cost(input: tokens.0, output: tokens.1) : 0, input: input,
            output: output, parentID: parent, userID: user)
        row.release = "\(self.name)@1.4.0"
        rows.append(row)
    }
}
