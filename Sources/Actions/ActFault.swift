import Basics
import OnCallModel

/// Why an act did not succeed, as the outcome that the outbox stores.
struct ActFault: Error, Hashable {
    var outcome: Outcome

    static func retry(_ reason: String, after pause: Span? = nil) -> ActFault {
        ActFault(outcome: .retry(reason: reason, after: pause))
    }

    static func refused(_ reason: String) -> ActFault {
        ActFault(outcome: .refused(reason: reason))
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
        case .retry(let reason, _), .refused(let reason), .failed(let reason, _), .unknown(let reason),
            .changed(_, let reason):
            reason
        }
    }
}
