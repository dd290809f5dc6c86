import Basics
import OnCallModel

/// The kinds of code change that make an AI product cost more, loop or answer wrongly.
enum Cause: CaseIterable, Hashable {
    case tokens, model, retrying, stopping, prompt, caching, output, tool

    var name: String {
        switch self {
        case .tokens: "tokens"
        case .model: "the model"
        case .retrying: "retrying"
        case .stopping: "when to stop"
        case .prompt: "the prompt"
        case .caching: "caching"
        case .output: "the shape of outputs"
        case .tool: "a tool or its address"
        }
    }

    /// The words of a message or a changed line that indicate it.
    var words: Set<String> {
        switch self {
        case .tokens: ["tokens", "token", "context", "history", "temperature"]
        case .model: ["model", "models", "gpt", "claude", "llm"]
        case .retrying: ["retry", "retries", "retrying", "backoff", "attempt", "attempts", "timeout", "timeouts"]
        case .stopping: ["loop", "loops", "iterations", "steps", "stop", "until", "recursion", "dedupe", "guard"]
        case .prompt: ["prompt", "prompts", "instructions"]
        case .caching: ["cache", "caching", "cached", "memoize"]
        case .output:
            [
                "schema", "json", "format", "field", "fields", "key", "keys", "output", "outputs", "structured",
                "rename", "renamed", "parser", "parse",
            ]
        case .tool: ["tool", "tools", "api", "endpoint", "url", "auth", "header", "headers", "credentials"]
        }
    }
}

/// How much each cause counts for a finding: tokens and models raise the price of a call, retries the number of calls.
struct CauseWeights {
    private let weights: [Cause: Double]
    /// A lower token limit cuts answers off, so it counts as much as a higher one.
    private let loweringCounts: Bool

    init(_ finding: Finding) {
        loweringCounts = finding.facts.drift != nil
        weights =
            switch finding.facts {
            case .cost(let facts): Self.cost(facts)
            case .loop: [.retrying: 2.5, .stopping: 2.5, .prompt: 1.5, .tokens: 0.8, .model: 1.0, .caching: 0.8]
            case .cascade:
                [
                    .retrying: 2.5, .stopping: 2.0, .model: 1.5, .caching: 1.5, .tokens: 1.2, .tool: 1.2, .prompt: 0.8,
                ]
            case .drift(let facts): Self.drift(facts)
            case .outage, .alert: [:]
            case .tool: [.tool: 2.5, .output: 1.5, .retrying: 1.5, .caching: 1.5, .stopping: 0.5, .model: 0.3]
            }
    }

    private static func cost(_ facts: CostFacts) -> [Cause: Double] {
        let isPricier = facts.unitPriceRatio.map { $0 >= 1.5 } ?? true
        let isMore = facts.volumeRatio.map { $0 >= 1.5 } ?? true
        return [
            .tokens: isPricier ? 2.5 : 0.8, .model: isPricier ? 2.5 : 0.8, .prompt: isPricier ? 1.2 : 0.8,
            .retrying: isMore ? 2.5 : 1.0, .stopping: isMore ? 2.5 : 1.0, .caching: isMore ? 1.8 : 1.0,
        ]
    }

    subscript(cause: Cause) -> Double { weights[cause] ?? 0 }

    func points(of change: DiffReading.Change) -> Double {
        self[change.cause] * (loweringCounts && change.isLowered && change.cause == .tokens ? 1 : change.weight)
    }
}

/// The words of names, messages and code.
enum Words {
    /// Lower-case words; `maxTokens`, `max_tokens` and `max-tokens` are all `max` and `tokens`.
    static func of(_ text: some StringProtocol) -> [String] {
        var words: [String] = []
        var word = ""
        var endsLower = false
        for scalar in text.unicodeScalars.prefix(60_000) {
            let properties = scalar.properties
            let isLetter = properties.isAlphabetic || ("0"..."9").contains(scalar)
            if !isLetter || (properties.isUppercase && endsLower) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if isLetter { word += properties.lowercaseMapping }
            endsLower = isLetter && !properties.isUppercase
        }
        return word.isEmpty ? words : words + [word]
    }

    /// The words that distinguish names: at least four letters and not in common use.
    static func identifying(_ text: some StringProtocol) -> [String] {
        of(text).filter { $0.count >= 4 && !everyday.contains($0) && $0.contains { $0.isLetter } }
    }

    private static let everyday: Set<String> = [
        "agent", "agents", "call", "calls", "chain", "client", "code", "data", "error", "errors", "exception", "false",
        "feat", "from", "function", "generation", "handler", "import", "into", "loop", "main", "message", "messages",
        "model", "none", "null", "openai", "project", "query", "request", "requests", "response", "retries", "retry",
        "return", "run", "self", "service", "span", "step", "string", "super", "system", "task", "that", "this", "tool",
        "trace", "true",
        "type", "update", "value", "when", "with",
    ]
}
