import Basics
import OnCallModel

extension Narrative.Author {
    /// `model: NAME` or `template: REASON`.
    var stored: String {
        switch self {
        case .model(let name): "model: \(name)"
        case .template(let reason): "template: \(reason)"
        }
    }
}

extension JSONValue {
    var instant: Instant? { string.flatMap { Instant(iso8601: $0) } }
}
