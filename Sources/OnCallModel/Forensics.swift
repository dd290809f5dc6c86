package import Basics

/// What happened around an incident, and what led to what.
package struct CausalGraph: JSONRecord {
    package var nodes: [Node] = []
    package var edges: [Edge] = []
    /// One sentence for each thing that had no room: "12 traces and 3 messages are left out."
    package var gaps: [String] = []

    package init() {}

    package init(nodes: [Node], edges: [Edge] = [], gaps: [String] = []) {
        (self.nodes, self.edges, self.gaps) = (nodes, edges, gaps)
    }

    package static let members: [JSONMember<CausalGraph>] = [
        .init("nodes", \.nodes, isRequired: true), .init("edges", \.edges, isRequired: true), .init("gaps", \.gaps),
    ]

    package struct Node: JSONRecord, Identifiable {
        package enum Kind: String, CaseIterable, Hashable, Sendable, JSONConvertible {
            case incident, finding, commit, deploy, release, error, trace, message, monitor, page, prompt
        }

        /// Unique in the graph: `commit:d9c3e11…`, `trace:loop-7f3a`.
        package var id = ""
        package var kind = Kind.incident
        /// Text from outside, as it is.
        package var label = ""
        package var at = Instant(milliseconds: 0)
        /// Where it lasted; nil for a moment.
        package var end: Instant?
        /// US dollars; nil where it has none.
        package var cost: Double?
        /// It failed, or is what the incident is about.
        package var isFailure = false
        package var url = ""

        package init() {}

        package init(
            id: String, kind: Kind, label: String, at: Instant, end: Instant? = nil, cost: Double? = nil,
            isFailure: Bool = false, url: String = ""
        ) {
            (self.id, self.kind, self.label, self.at) = (id, kind, label, at)
            (self.end, self.cost, self.isFailure, self.url) = (end, cost, isFailure, url)
        }

        package static let members: [JSONMember<Node>] = [
            .init("id", \.id, isRequired: true), .init("kind", \.kind, isRequired: true), .init("label", \.label),
            .init("at", \.at, isRequired: true), .init("end", \.end), .init("cost", \.cost),
            .init("trouble", \.isFailure), .init("url", \.url, omitsEmpty: true),
        ]
    }

    /// It reads as a sentence: the commit caused the finding, the release contains the commit, the message reported the
    /// finding, the finding caused the error.
    package struct Edge: JSONRecord {
        package enum Kind: String, CaseIterable, Hashable, Sendable, JSONConvertible {
            /// The best suspect, above the margin.
            case caused
            /// It may have: a suspect below the best.
            case suspected
            /// A release holds a commit; a deploy brings a release.
            case contains
            /// Both name the same trace, release, environment or issue.
            case sharedKey = "shared_key"
            /// One calls the other.
            case called
            /// A person, a monitor or a detector reported it.
            case reported
            /// Nothing but time.
            case preceded
        }

        package var from = ""
        package var to = ""
        package var kind = Kind.preceded
        /// One phrase: "event e4 names trace loop-7f3a".
        package var reason = ""

        package init() {}

        package init(from: String, to: String, kind: Kind, reason: String) {
            (self.from, self.to, self.kind, self.reason) = (from, to, kind, reason)
        }

        package static let members: [JSONMember<Edge>] = [
            .init("from", \.from, isRequired: true), .init("to", \.to, isRequired: true),
            .init("kind", \.kind, isRequired: true), .init("reason", \.reason),
        ]
    }
}

/// One trace by the parents of its steps.
package struct TraceTree: JSONRecord, Identifiable {
    package var id: String { traceID }
    package var traceID = ""
    package var name = ""
    /// In the order of their starts.
    package var steps: [Step] = []
    /// When it was read.
    package var asOf = Instant(milliseconds: 0)
    /// One sentence for each thing that is missing or odd: "3 steps name a parent that does not exist."
    package var gaps: [String] = []

    package init() {}

    package init(traceID: String, name: String, steps: [Step], asOf: Instant, gaps: [String] = []) {
        (self.traceID, self.name, self.steps, self.asOf, self.gaps) = (traceID, name, steps, asOf, gaps)
    }

    package static let members: [JSONMember<TraceTree>] = [
        .init("trace", \.traceID, isRequired: true), .init("name", \.name), .init("as_of", \.asOf, isRequired: true),
        .init("cost", computed: { .number($0.cost) }), .init("errors", computed: { JSONValue($0.errors) }),
        .init("steps", \.steps, isRequired: true), .init("gaps", \.gaps),
    ]

    package struct Step: JSONRecord, Identifiable {
        package var id = ""
        package var parent: String?
        /// GENERATION, TOOL, AGENT, SPAN, …; open-ended.
        package var type = ""
        package var name = ""
        package var model = ""
        package var start = Instant(milliseconds: 0)
        /// Nil while it is open.
        package var end: Instant?
        /// US dollars.
        package var cost = 0.0
        /// DEFAULT, WARNING, ERROR, DEBUG.
        package var level = ""
        package var message = ""
        package var tokens = 0

        package init() {}

        package init(
            id: String, parent: String?, type: String, name: String, model: String = "", start: Instant, end: Instant?,
            cost: Double = 0, level: String = "DEFAULT", message: String = "", tokens: Int = 0
        ) {
            (self.id, self.parent, self.type, self.name) = (id, parent, type, name)
            (self.model, self.start, self.end, self.cost) = (model, start, end, cost)
            (self.level, self.message, self.tokens) = (level, message, tokens)
        }

        package var isError: Bool { level == "ERROR" }

        package static let members: [JSONMember<Step>] = [
            .init("id", \.id, isRequired: true), .init("parent", \.parent), .init("type", \.type),
            .init("name", \.name), .init("model", \.model, omitsEmpty: true), .init("start", \.start, isRequired: true),
            .init("end", \.end), .init("cost", \.cost), .init("level", \.level),
            .init("message", \.message, omitsEmpty: true), .init("tokens", \.tokens),
        ]
    }
}

extension CausalGraph.Edge.Kind {
    /// Between the names of two nodes it makes a sentence.
    package var phrase: String {
        switch self {
        case .caused: "caused"
        case .suspected: "may have caused"
        case .contains: "contains"
        case .sharedKey: "shares a key with"
        case .called: "called"
        case .reported: "reported"
        case .preceded: "came before"
        }
    }
}
