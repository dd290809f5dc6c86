import Basics
import Sandbox

/// A tool of an agent: its inputs and outputs.
struct Tool: Sendable {
    var name: String
    var input: TextSource
    /// From the input.
    var output: @Sendable (_ input: String, inout SeededRandom) -> String
    var seconds: ClosedRange<Double> = 0.1...0.9

    init(
        _ name: String, input: @escaping TextSource,
        output: @escaping @Sendable (_ input: String, inout SeededRandom) -> String
    ) {
        (self.name, self.input, self.output) = (name, input, output)
    }
}

/// One call that did not work as usual.
struct ToolFault: Sendable {
    var level = "DEFAULT"
    var statusMessage = ""
    var output: @Sendable (_ input: String, inout SeededRandom) -> String
}

/// An agent whose runs are traces: a root, a plan, calls of tools, an answer.
struct ToolAgent: Sendable {
    /// How the SDK writes a run: roots of type AGENT and tools of type TOOL, or SPAN for both.
    enum Style: Hashable, Sendable { case typed, spans }

    var name: String
    var tools: [Tool]
    var style: Style
    var release: String
    var model = ModelPrice.mini
    /// How many of the tools a run calls.
    var callsPerRun: ClosedRange<Int>

    init(
        _ name: String, _ tools: [Tool], style: Style = .typed, version: String = "1.8.2",
        callsPerRun: ClosedRange<Int> = 1...1
    ) {
        (self.name, self.tools, self.style, self.callsPerRun) = (name, tools, style, callsPerRun)
        release = "\(name)@\(version)"
    }

    func runs(
        at moments: [Instant], fault: ToolFault? = nil, _ random: inout SeededRandom
    ) -> [SandboxObservation] {
        moments.flatMap { run(at: $0, fault: fault, &random) }
    }

    /// `fault` applies to every call of a tool.
    private func run(at start: Instant, fault: ToolFault?, _ random: inout SeededRandom) -> [SandboxObservation] {
        let trace = (id: random.hex(32), user: "user-\(random.whole(in: 1...400))")
        let question = Shapes.question(&random)
        func row(_ type: String, _ name: String, _ parent: String?, at moment: Instant, _ seconds: Double)
            -> SandboxObservation
        {
            var row = SandboxObservation(
                id: random.hex(16), traceID: trace.id, traceName: self.name, type: type, name: name, model: "",
                start: moment, latency: seconds, inputTokens: 0, outputTokens: 0, cost: 0, input: "", output: "",
                parentID: parent, userID: trace.user)
            row.release = release
            return row
        }
        var root = row(style == .typed ? "AGENT" : "SPAN", name, nil, at: start, 0)
        var plan = row("GENERATION", "\(name)-plan", root.id, at: start + .seconds(0.02), 0.8)
        var moment = plan.start + .seconds(0.85)
        var called: [SandboxObservation] = []
        for _ in 0..<random.whole(in: callsPerRun) {
            let tool = random.pick(tools)
            let parent = style == .typed ? plan.id : root.id
            var call = row(
                style == .typed ? "TOOL" : "SPAN", tool.name, parent, at: moment, random.next(in: tool.seconds))
            call.input = tool.input(&random)
            call.output = (fault?.output ?? tool.output)(call.input, &random)
            (call.level, call.statusMessage) = (fault?.level ?? "DEFAULT", fault?.statusMessage ?? "")
            moment = call.start + .seconds(call.latency + 0.05)
            called.append(call)
        }
        var answer = row("GENERATION", "\(name)-answer", root.id, at: moment, 1.1)
        price(&plan, question, #"{"next":"\#(called.first?.name ?? "")","reason":"the customer asks for it"}"#, &random)
        price(&answer, question, Shapes.summary(&random), &random)
        root.latency = (answer.start - start).seconds + answer.latency
        (root.input, root.output) = (question, answer.output)
        return [root, plan] + called + [answer]
    }

    private func price(
        _ row: inout SandboxObservation, _ input: String, _ output: String, _ random: inout SeededRandom
    ) {
        row.model = model.name
        (row.inputTokens, row.outputTokens) = (random.whole(in: 400...900), random.whole(in: 30...120))
        row.cost = model.cost(input: row.inputTokens, output: row.outputTokens)
        (row.input, row.output) = (input, output)
    }
}

/// The tools of the shop.
enum Tools {
    static let customer: TextSource = { #"{"customer":\#($0.whole(in: 10_000...99_999))}"# }
    static let phrase: TextSource = { JSONValue.fields(["query": .string(Shapes.prose(3, &$0))]).serialized }

    /// Half of the customers have no order.
    static func orders(_ name: String = "list_orders") -> Tool {
        Tool(name, input: customer) { _, random in random.happens(0.5) ? "[]" : rows(&random) }
    }

    /// Always empty: few customers are on a list.
    static func sanctions(_ name: String = "check_sanctions") -> Tool {
        Tool(name, input: customer) { _, _ in "[]" }
    }

    /// Returns nothing; it has an effect.
    static func receipt(_ name: String = "send_receipt") -> Tool {
        Tool(name, input: customer) { _, _ in "{}" }
    }

    static func policy(_ name: String = "read_policy", length: ClosedRange<Int> = 420...760) -> Tool {
        Tool(name, input: phrase) { _, random in Shapes.prose(random.whole(in: length), &random) }
    }

    static func profile(_ name: String = "get_customer") -> Tool {
        Tool(name, input: customer) { input, random in
            JSONValue.fields([
                "id": .string(String(input.filter(\.isNumber))), "tier": .string(random.pick(["basic", "plus"])),
                "orders": JSONValue(random.whole(in: 0...30)),
                "country": .string(random.pick(["DE", "FR", "NO", "US"])),
                "since": .string("20\(random.whole(in: 15...25))"),
            ]).serialized
        }
    }

    /// Articles; never an empty list.
    static func articles(_ name: String) -> Tool {
        Tool(name, input: phrase) { _, random in
            let found: [JSONValue] = (0..<random.whole(in: 2...5)).map { _ in
                ["id": JSONValue(random.whole(in: 100...9999)), "title": .string(Shapes.prose(4, &random))]
            }
            return JSONValue.fields(["articles": .array(found), "total": JSONValue(found.count)]).serialized
        }
    }

    static func rows(_ random: inout SeededRandom) -> String {
        JSONValue.array(
            (0..<random.whole(in: 1...4)).map { _ in
                [
                    "order": .string("O-\(random.whole(in: 10_000...99_999))"),
                    "total": JSONValue(random.whole(in: 5...400)),
                ]
            }
        ).serialized
    }
}
