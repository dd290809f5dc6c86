import Basics
import OnCallModel

extension Ground {
    /// The values of the columns `ground`, `rule`, `rule_limit`, `person` and `intent_id`.
    var columns: [Value] {
        switch self {
        case .policy(let rule): [.text("policy"), .text(rule.name), rule.limit, .null, .null]
        case .person(let author, _): [.text("person"), .null, .null, .text(author), .null]
        case .order(let author, let intent): [.text("order"), .null, .null, .text(author), .integer(intent)]
        case .notice: [.text("notice"), .null, .null, .null, .null]
        }
    }
}

extension Ground.Rule {
    fileprivate var name: String {
        switch self {
        case .loopedGenerations: "looped_generations"
        case .costOfLoop: "cost_of_loop"
        case .costPerHour: "cost_per_hour"
        case .harmlessReview: "harmless_review"
        case .pullPercentile: "pull_percentile"
        }
    }

    fileprivate var limit: Value {
        switch self {
        case .loopedGenerations(let limit): .real(Double(limit))
        case .costOfLoop(let limit), .costPerHour(let limit), .pullPercentile(let limit): .real(limit)
        case .harmlessReview: .null
        }
    }
}

extension StoredRow {
    func ground() throws -> Ground {
        switch try text("ground") {
        case "policy": try .policy(rule())
        case "person": try .person(text("person"), request: id("request_id"))
        case "order": try .order(text("person"), intent: id("intent_id"))
        case "notice": .notice
        case let other: throw damaged("ground is '\(other)'")
        }
    }

    private func rule() throws -> Ground.Rule {
        switch try text("rule") {
        case "looped_generations": try .loopedGenerations(over: Int(real("rule_limit")))
        case "cost_of_loop": try .costOfLoop(over: real("rule_limit"))
        case "cost_per_hour": try .costPerHour(over: real("rule_limit"))
        case "harmless_review": .harmlessReview
        case "pull_percentile": try .pullPercentile(over: real("rule_limit"))
        case let other: throw damaged("rule is '\(other)'")
        }
    }
}
