package import Basics

/// What a detector measured: one case for each detection class.
package enum FindingFacts: Hashable, Sendable {
    case cost(CostFacts)
    case loop(LoopFacts)
    case cascade(CascadeFacts)
    case drift(DriftFacts)
    case tool(ToolFacts)
    case outage(OutageFacts)
    case alert(AlertFacts)

    private var facts: any ClassFacts {
        switch self {
        case .cost(let facts): facts
        case .loop(let facts): facts
        case .cascade(let facts): facts
        case .drift(let facts): facts
        case .tool(let facts): facts
        case .outage(let facts): facts
        case .alert(let facts): facts
        }
    }

    /// Reads the object that ``json`` wrote. What an old or damaged document lacks has its default.
    package init(_ type: DetectionType, json: JSONValue = [:]) {
        self =
            switch type {
            case .costSpike: .cost(CostFacts(json: json) ?? CostFacts())
            case .agentLoop: .loop(LoopFacts(json: json) ?? LoopFacts())
            case .errorCascade: .cascade(CascadeFacts(json: json) ?? CascadeFacts())
            case .promptDrift: .drift(DriftFacts(json: json) ?? DriftFacts())
            case .toolFailure: .tool(ToolFacts(json: json) ?? ToolFacts())
            case .sourceDown: .outage(OutageFacts(json: json) ?? OutageFacts())
            case .outsideAlert: .alert(AlertFacts(json: json) ?? AlertFacts())
            }
    }

    package var type: DetectionType { Swift.type(of: facts).type }
    /// The object kept in the store, and printed as `evidence` (contract).
    package var json: JSONValue { facts.json }
    /// The texts from outside that it quotes: titles of errors, outputs of tools.
    package var quotes: [String] { facts.quotes }
}

/// The facts of one detection class.
package protocol ClassFacts: Hashable, Sendable, JSONConvertible {
    static var type: DetectionType { get }
    var quotes: [String] { get }
}

extension ClassFacts {
    package var quotes: [String] { [] }
}

/// Each class's facts, where a finding is of that class.
extension FindingFacts {
    package var cost: CostFacts? { if case .cost(let facts) = self { facts } else { nil } }
    package var loop: LoopFacts? { if case .loop(let facts) = self { facts } else { nil } }
    package var cascade: CascadeFacts? { if case .cascade(let facts) = self { facts } else { nil } }
    package var drift: DriftFacts? { if case .drift(let facts) = self { facts } else { nil } }
    package var tool: ToolFacts? { if case .tool(let facts) = self { facts } else { nil } }
    package var outage: OutageFacts? { if case .outage(let facts) = self { facts } else { nil } }
}
