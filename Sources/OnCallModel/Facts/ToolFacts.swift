package import Basics

/// The evidence for a failing tool: its outputs or its failed calls.
package enum ToolFacts: ClassFacts {
    case outputs(ToolOutputFacts)
    case calls(ToolCallFacts)

    package static let type = DetectionType.toolFailure

    package init() { self = .outputs(ToolOutputFacts()) }

    /// Failing calls have one `strategy`, failing outputs a list of `strategies`.
    package init?(json: JSONValue) {
        if json["strategy"] != nil {
            guard let facts = ToolCallFacts(json: json) else { return nil }
            self = .calls(facts)
        } else {
            guard let facts = ToolOutputFacts(json: json) else { return nil }
            self = .outputs(facts)
        }
    }

    package var json: JSONValue {
        switch self {
        case .outputs(let facts): facts.json
        case .calls(let facts): facts.json
        }
    }

    package var outputs: ToolOutputFacts? { if case .outputs(let facts) = self { facts } else { nil } }
    package var calls: ToolCallFacts? { if case .calls(let facts) = self { facts } else { nil } }

    package var quotes: [String] {
        guard let outputs else { return [] }
        return ([outputs.sentry?.title] + (outputs.examples ?? []).map(\.begins)).compactMap { $0 }
            .filter { !$0.isEmpty }
    }
}

/// Calls of a tool that fail more often than before.
package struct ToolCallFacts: JSONRecord {
    package var strategy = "B"
    /// Of the latest calls.
    package var failed = 0
    package var calls = 0
    package var pastFailed = 0
    package var pastCalls = 0
    package var p = 1.0
    /// At most 20 of the traces with a failed call.
    package var traces: [String] = []

    package init() {}

    package static let members: [JSONMember<ToolCallFacts>] = [
        .init("strategy", \.strategy), .init("failed", \.failed), .init("calls", \.calls),
        .init("past_failed", \.pastFailed), .init("past_calls", \.pastCalls), .init("p", \.p),
        .init("traces", \.traces),
    ]
}

/// Outputs of a tool that differ from its own past, what Sentry shows after its calls, or both.
package struct ToolOutputFacts: JSONRecord {
    /// One way in which outputs fail, counted in the latest outputs and in the tool's own past.
    package struct Sign: JSONRecord {
        package enum Kind: String, CaseIterable, Hashable, Sendable, JSONConvertible {
            /// An error inside a success.
            case error = "error_inside"
            case page = "html_page"
            case form = "no_json"
            case empty, short
            case repeated
            case missing
            case typeChanged = "type_changed"
        }

        package var kind = Kind.error
        /// The original's names: A is the schema, C the length.
        package var strategy = ""
        /// Where in the output, for a missing key or a changed type.
        package var path: String?
        package var hits = 0
        package var of = 0
        package var pastHits = 0
        package var pastOf = 0
        package var p = 1.0

        package init() {}

        package static let members: [JSONMember<Sign>] = [
            .init("sign", \.kind, isRequired: true), .init("strategy", \.strategy),
            .init("path", \.path, writesNull: true), .init("hits", \.hits), .init("of", \.of),
            .init("past_hits", \.pastHits), .init("past_of", \.pastOf), .init("p", \.p),
        ]
    }

    /// One failing output.
    package struct Example: JSONRecord {
        package var observation = ""
        package var trace = ""
        package var at: Instant?
        package var characters = 0
        /// The first characters of the output.
        package var begins = ""

        package init() {}

        package static let members: [JSONMember<Example>] = [
            .init("observation", \.observation), .init("trace", \.trace), .init("at", \.at),
            .init("characters", \.characters), .init("begins", \.begins),
        ]
    }

    /// A Sentry issue that follows the tool's calls.
    package struct Correlation: JSONRecord {
        package enum Link: String, CaseIterable, Hashable, Sendable, JSONConvertible {
            case trace, time
        }

        package var issue = ""
        package var title = ""
        package var link: Link?
        /// The name of the traces, if only traces with one name are compared.
        package var feature: String?
        package var hits = 0
        package var of = 0
        package var otherHits = 0
        package var others = 0
        package var p = 1.0

        package init() {}

        package static let members: [JSONMember<Correlation>] = [
            .init("issue", \.issue), .init("title", \.title), .init("link", \.link),
            .init("feature", \.feature, writesNull: true), .init("hits", \.hits), .init("of", \.of),
            .init("other_hits", \.otherHits), .init("others", \.others), .init("p", \.p),
        ]
    }

    /// `A` schema, `B` correlated error, `C` output length.
    package var strategies: [String] = []
    package var failing = 0
    package var outputs = 0
    package var failRate: Double?
    /// Wilson's interval: its two bounds.
    package var failRateInterval: [Double]?
    package var p: Double?
    /// The surest first; nil where nothing was compared with the past.
    package var signs: [Sign]?
    package var traces: Int?
    package var pastOutputs: Int?
    /// Characters.
    package var pastMedianLength: Int?
    package var latencySeconds: Double?
    package var pastLatencySeconds: Double?
    /// US dollars.
    package var tracesCost: Double?
    /// It may have begun before the outputs that were read.
    package var beganEarlier: Bool?
    package var examples: [Example]?
    package var sentry: Correlation?

    package init() {}

    package static let members: [JSONMember<ToolOutputFacts>] = [
        .init("strategies", \.strategies), .init("failing", \.failing), .init("outputs", \.outputs),
        .init("fail_rate", \.failRate), .init("fail_rate_interval", \.failRateInterval), .init("p", \.p),
        .init("signs", \.signs), .init("traces", \.traces), .init("past_outputs", \.pastOutputs),
        .init("past_median_length", \.pastMedianLength), .init("latency_seconds", \.latencySeconds),
        .init("past_latency_seconds", \.pastLatencySeconds), .init("traces_cost", \.tracesCost),
        .init("began_earlier", \.beganEarlier), .init("examples", \.examples), .init("sentry", \.sentry),
    ]
}
