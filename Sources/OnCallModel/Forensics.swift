package import Basics

/// What happened around an incident, and what led to what.
package struct CausalGraph: Hashable, Sendable {
    package var nodes: [Node]
    package var edges: [Edge]
    /// One sentence for each thing that had no room: "12 traces and 3 messages are left out."
    package var gaps: [String]

    package init(nodes: [Node] = [], edges: [Edge] = [], gaps: [String] = []) {
        (self.nodes, self.edges, self.gaps) = (nodes, edges, gaps)
    }

    package struct Node: Hashable, Sendable, Identifiable {
        package enum Kind: String, CaseIterable, Hashable, Sendable {
            case incident, finding, commit, deploy, release, error, trace, message, monitor, page, prompt
        }

        /// Unique in the graph: `commit:d9c3e11…`, `trace:loop-7f3a`.
        package var id: String
        package var kind: Kind
        /// Text from outside, as it is.
        package var label: String
        package var at: Instant
        /// Where it lasted; nil for a moment.
        package var end: Instant?
        /// US dollars; nil where it has none.
        package var cost: Double?
        /// It failed, or is what the incident is about.
        package var isTrouble: Bool
        package var url: String

        package init(
            id: String, kind: Kind, label: String, at: Instant, end: Instant? = nil, cost: Double? = nil,
            isTrouble: Bool = false, url: String = ""
        ) {
            self.id = id
            self.kind = kind
            self.label = label
            self.at = at
            self.end = end
            self.cost = cost
            self.isTrouble = isTrouble
            self.url = url
        }
    }

    /// It reads as a sentence: the commit caused the finding, the release contains the commit, the message reported the
    /// finding, the finding caused the error.
    package struct Edge: Hashable, Sendable {
        package enum Kind: String, CaseIterable, Hashable, Sendable {
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

        package var from: String
        package var to: String
        package var kind: Kind
        /// One phrase: "event e4 names trace loop-7f3a".
        package var reason: String

        package init(from: String, to: String, kind: Kind, reason: String) {
            self.from = from
            self.to = to
            self.kind = kind
            self.reason = reason
        }
    }
}

/// One trace by the parents of its steps.
package struct TraceTree: Hashable, Sendable, Identifiable {
    package var id: String { traceID }
    package var traceID: String
    package var name: String
    /// In the order of their starts.
    package var steps: [Step]
    /// When it was read.
    package var asOf: Instant
    /// One sentence for each thing that is missing or odd: "3 steps name a parent that does not exist."
    package var gaps: [String]

    package init(traceID: String, name: String, steps: [Step], asOf: Instant, gaps: [String] = []) {
        self.traceID = traceID
        self.name = name
        self.steps = steps
        self.asOf = asOf
        self.gaps = gaps
    }

    package struct Step: Hashable, Sendable, Identifiable {
        package var id: String
        package var parent: String?
        /// GENERATION, TOOL, AGENT, SPAN, …; open-ended.
        package var type: String
        package var name: String
        package var model: String
        package var start: Instant
        /// Nil while it is open.
        package var end: Instant?
        /// US dollars.
        package var cost: Double
        /// DEFAULT, WARNING, ERROR, DEBUG.
        package var level: String
        package var message: String
        package var tokens: Int

        package init(
            id: String, parent: String?, type: String, name: String, model: String = "", start: Instant, end: Instant?,
            cost: Double = 0, level: String = "DEFAULT", message: String = "", tokens: Int = 0
        ) {
            self.id = id
            self.parent = parent
            self.type = type
            self.name = name
            self.model = model
            self.start = start
            self.end = end
            self.cost = cost
            self.level = level
            self.message = message
            self.tokens = tokens
        }

        package var isError: Bool { level == "ERROR" }
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
