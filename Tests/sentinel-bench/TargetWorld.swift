import Basics
import Sandbox

/// Eight days of a project with many names: 60 000 observations of 30 features and 40 tools, prompts in two versions, scores, and a
/// loop that is active.
struct TargetWorld {
    static let features = 30
    static let tools = 40
    static let days = 8.0
    static let loopTrace = "loop-at-the-start"
    static let lateTrace = "loop-later-on"
    /// Steps that the loop has taken at the start: more than the threshold, and too few to be killed unasked.
    private static let steps = 12

    private let now: Instant

    init(now: Instant) { self.now = now }

    func world(observations: Int) -> SandboxWorld {
        let world = SandboxWorld(clock: .system)
        let rows = traffic(observations) + loop()
        let (scores, prompts) = (scores(of: rows), prompts())
        world.change { state in
            state.observations = rows.sorted { ($0.start, $0.traceID, $0.id) < ($1.start, $1.traceID, $1.id) }
            state.scores = scores
            state.prompts = prompts
        }
        return world
    }

    private func traffic(_ count: Int) -> [SandboxObservation] {
        var random = SeededRandom(9)
        var rows: [SandboxObservation] = []
        let length = Span.days(Self.days).seconds
        // A trace has a generation and one or two calls of tools.
        let traces = count * 2 / 5
        for place in 0..<traces {
            let start = now - .seconds(length * (1 - Double(place) / Double(traces))) - .seconds(90)
            let feature = Int.random(in: 0..<Self.features, using: &random)
            let trace = "trace-\(place)"
            rows.append(generation(trace, feature, at: start, place))
            for call in 0..<(place % 2 + 1) {
                let tool = Int.random(in: 0..<Self.tools, using: &random)
                rows.append(self.call(trace, feature, tool, at: start + .seconds(Double(call) + 0.5), place, call))
            }
        }
        return rows
    }

    private func generation(_ trace: String, _ feature: Int, at start: Instant, _ place: Int) -> SandboxObservation {
        let text = String(repeating: "A sentence of an answer. ", count: 10 + place % 15)
        return SandboxObservation(
            id: "\(trace)-0", traceID: trace, traceName: "feature-\(feature)", name: "feature-\(feature)",
            model: feature % 3 == 0 ? "gpt-4o" : "gpt-4o-mini", start: start, inputTokens: 900 + place % 300,
            outputTokens: 200 + place % 90, cost: 0.004 + Double(place % 7) / 10_000,
            input: #"{"question":"Question \#(place)","customer":\#(place % 800)}"#,
            output: #"{"response":"\#(text)","confidence":0.9,"category":"c\#(place % 6)"}"#,
            promptName: "prompt-\(feature)", promptVersion: place % 10 == 0 ? 4 : 3, userID: "user-\(place % 800)")
    }

    private func call(
        _ trace: String, _ feature: Int, _ tool: Int, at start: Instant, _ place: Int, _ number: Int
    ) -> SandboxObservation {
        let text = String(repeating: "found ", count: 20 + place % 60)
        return SandboxObservation(
            id: "\(trace)-\(number + 1)", traceID: trace, traceName: "feature-\(feature)", type: "TOOL",
            name: "tool-\(tool)", model: "", start: start, latency: 0.3, inputTokens: 0, outputTokens: 0, cost: 0,
            input: #"{"query":"q\#(place)-\#(number)"}"#,
            output: #"{"items":[{"id":\#(place),"text":"\#(text)"}],"total":\#(place % 9 + 1)}"#,
            parentID: "\(trace)-0")
    }

    private func loop() -> [SandboxObservation] {
        (0..<Self.steps).map {
            Self.step($0, of: Self.loopTrace, at: now - .seconds(Double(Self.steps - $0) * 4))
        }
    }

    /// The same search again, which finds nothing again.
    static func step(_ number: Int, of trace: String, at start: Instant) -> SandboxObservation {
        SandboxObservation(
            id: "\(trace)-\(number)", traceID: trace, traceName: "research-agent", name: "retry-search",
            model: "gpt-4o",
            start: start, inputTokens: 800, outputTokens: 200, cost: 0.03, input: #"{"query":"order 4711"}"#,
            output: #"{"results":[]}"#)
    }

    private func scores(of rows: [SandboxObservation]) -> [SandboxScore] {
        rows.filter { $0.type == "GENERATION" }.enumerated().filter { $0.offset % 20 == 0 }.map { place, row in
            SandboxScore(
                id: "score-\(place)", name: "helpfulness", value: .number(0.8 + Double(place % 10) / 100),
                time: row.start + .minutes(1), traceID: row.traceID)
        }.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    private func prompts() -> [SandboxPrompt] {
        (0..<Self.features).map { feature in
            SandboxPrompt(
                name: "prompt-\(feature)",
                versions: [3, 4].map { number in
                    SandboxPrompt.Version(
                        number, text: "Answer.", commitMessage: "version \(number)",
                        created: now - .days(30 - Double(number)))
                })
        }
    }
}
