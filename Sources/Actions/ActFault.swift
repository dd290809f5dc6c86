import Basics
import OnCallModel

/// A call to a provider that did not end well, already in the terms of the outbox.
struct ActFault: Error, Hashable {
    var outcome: Outcome

    static func retry(_ reason: String, after pause: Span? = nil) -> ActFault {
        ActFault(outcome: .retry(reason: reason, after: pause))
    }

    static func failed(_ reason: String) -> ActFault {
        ActFault(outcome: .failed(reason: reason))
    }

    static func unknown(_ reason: String) -> ActFault {
        ActFault(outcome: .unknown(reason: reason))
    }

    var reason: String {
        switch outcome {
        case .done(let detail, _): detail
        case .retry(let reason, _), .failed(let reason), .unknown(let reason): reason
        }
    }
}
