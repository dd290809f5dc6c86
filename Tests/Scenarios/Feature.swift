import Basics
import Sandbox

/// Writes the input or the output of a call.
typealias TextSource = @Sendable (inout SeededRandom) -> String

/// US dollars for a million tokens, in and out.
struct ModelPrice: Hashable, Sendable {
    var name: String
    var input: Double
    var output: Double

    static let mini = ModelPrice(name: "gpt-4o-mini", input: 0.15, output: 0.6)
    static let omni = ModelPrice(name: "gpt-4o", input: 2.5, output: 10)
    static let turbo = ModelPrice(name: "gpt-4-turbo", input: 10, output: 30)
    static let old = ModelPrice(name: "gpt-4", input: 30, output: 60)
    static let long = ModelPrice(name: "gpt-4-32k", input: 60, output: 120)
    static let reasoning = ModelPrice(name: "o1-pro", input: 150, output: 600)

    func cost(input: Int, output: Int) -> Double {
        (Double(input) * self.input + Double(output) * self.output) / 1_000_000
    }
}

/// A feature of the product that calls a model: one generation a trace, under the feature's name.
struct Feature: Sendable {
    var name: String
    var model: ModelPrice
    var inputTokens: ClosedRange<Int>
    var outputTokens: ClosedRange<Int>
    var release: String
    var promptVersion: Int
    var input: TextSource = Shapes.question
    var output: TextSource

    var promptName: String { "\(name)-prompt" }

    init(
        _ name: String, _ model: ModelPrice = .mini, in inputTokens: ClosedRange<Int> = 500...1200,
        out outputTokens: ClosedRange<Int> = 80...260, version: String = "2.30.4", promptVersion: Int = 3,
        output: @escaping TextSource
    ) {
        (self.name, self.model, self.inputTokens, self.outputTokens) = (name, model, inputTokens, outputTokens)
        (self.release, self.promptVersion, self.output) = ("\(name)@\(version)", promptVersion, output)
    }

    func call(at start: Instant, _ random: inout SeededRandom) -> SandboxObservation {
        let (input, output) = (random.whole(in: inputTokens), random.whole(in: outputTokens))
        let text = self.input(&random)
        var row = SandboxObservation(
            id: random.hex(16), traceID: random.hex(32), traceName: name, name: name, model: model.name, start: start,
            latency: 0.4 + Double(output) / 90 * random.next(in: 0.8...1.3), inputTokens: input, outputTokens: output,
            cost: model.cost(input: input, output: output), input: text, output: self.output(&random),
            promptName: promptName, promptVersion: promptVersion, userID: "user-\(random.whole(in: 1...400))",
            sessionID: "chat-\(random.hex(8))")
        row.release = release
        return row
    }

    func calls(at moments: [Instant], _ random: inout SeededRandom) -> [SandboxObservation] {
        moments.map { call(at: $0, &random) }
    }

    /// The feature after a change.
    func changed(_ change: (inout Feature) -> Void) -> Feature {
        var feature = self
        change(&feature)
        return feature
    }

    func version(_ version: String) -> String { "\(name)@\(version)" }

    /// The prompt with its version, and the next version if it was written at `next`.
    func prompt(created: Instant, next: Instant? = nil, text: String = "Answer as JSON.", nextText: String = "")
        -> SandboxPrompt
    {
        var versions = [
            SandboxPrompt.Version(
                promptVersion, text: text, labels: next == nil ? ["production", "latest"] : [], created: created,
                updated: next)
        ]
        if let next {
            versions.append(
                .init(promptVersion + 1, text: nextText, labels: ["production", "latest"], created: next))
        }
        return SandboxPrompt(name: promptName, versions: versions)
    }
}
