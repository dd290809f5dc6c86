import Basics
import OnCallModel

extension Intent {
    /// The form kept in `intent.payload`; the kind has a column of its own.
    var payload: JSONValue {
        switch self {
        case .approve(let request), .reject(let request): .fields(["request": .integer(request)])
        case .killLoop(let trace): .fields(["trace": .string(trace)])
        case .acknowledge(let incident), .resolve(let incident): .fields(["incident": .integer(incident)])
        case .changeSetting(let key, let value): .fields(["key": .string(key), "value": .string(value)])
        case .scanNow: .object([])
        }
    }

    /// Nil where the row is none that this program understands.
    init?(kind: String, payload: JSONValue) {
        let request = payload["request"]?.int.map(Int64.init)
        let incident = payload["incident"]?.int.map(Int64.init)
        switch kind {
        case "approve":
            guard let request else { return nil }
            self = .approve(request: request)
        case "reject":
            guard let request else { return nil }
            self = .reject(request: request)
        case "kill_loop":
            guard let trace = payload["trace"]?.string else { return nil }
            self = .killLoop(trace: trace)
        case "acknowledge":
            guard let incident else { return nil }
            self = .acknowledge(incident: incident)
        case "resolve":
            guard let incident else { return nil }
            self = .resolve(incident: incident)
        case "change_setting":
            guard let key = payload["key"]?.string, let value = payload["value"]?.string else { return nil }
            self = .changeSetting(key: key, value: value)
        case "scan_now": self = .scanNow
        default: return nil
        }
    }
}
