import Basics
import OnCallModel

extension Intent {
    /// The form kept in `intent.payload`; the kind has a column of its own.
    var payload: JSONValue {
        switch self {
        case .approve(let request), .reject(let request): .fields(["request": .integer(request)])
        case .killLoop(let trace): .fields(["trace": .string(trace)])
        case .acknowledge(let incident), .resolve(let incident), .wake(let incident):
            .fields(["incident": .integer(incident)])
        case .snooze(let incident, let until):
            .fields(["incident": .integer(incident), "until": JSONValue(until)])
        case .silence(let matcher, let reason, let from, let until):
            .fields([
                "matcher": matcher.stored, "reason": .string(reason), "from": JSONValue(from),
                "until": JSONValue(until),
            ])
        case .endSilence(let silence): .fields(["silence": .integer(silence)])
        case .acceptOutputs(let feature): .fields(["feature": .string(feature)])
        case .inspect(let trace): .fields(["trace": .string(trace)])
        case .changeSetting(let key, let value): .fields(["key": .string(key), "value": .string(value)])
        case .scanNow, .patrol: .object([])
        }
    }

    /// Nil where the row is none that this program understands.
    init?(kind: String, payload: JSONValue) {
        func number(_ name: String) -> Int64? { payload[name]?.int.map(Int64.init) }
        func text(_ name: String) -> String? { payload[name]?.string }
        func instant(_ name: String) -> Instant? { payload[name]?.instant }
        let intent: Intent? =
            switch kind {
            case "approve": number("request").map { .approve(request: $0) }
            case "reject": number("request").map { .reject(request: $0) }
            case "kill_loop": text("trace").map { .killLoop(trace: $0) }
            case "acknowledge": number("incident").map { .acknowledge(incident: $0) }
            case "resolve": number("incident").map { .resolve(incident: $0) }
            case "snooze":
                number("incident").flatMap { id in instant("until").map { .snooze(incident: id, until: $0) } }
            case "wake": number("incident").map { .wake(incident: $0) }
            case "silence": Self.silence(payload)
            case "end_silence": number("silence").map { .endSilence($0) }
            case "accept_outputs": text("feature").map { .acceptOutputs(feature: $0) }
            case "patrol": .patrol
            case "inspect": text("trace").map { .inspect(trace: $0) }
            case "change_setting":
                text("key").flatMap { key in text("value").map { .changeSetting(key: key, value: $0) } }
            case "scan_now": .scanNow
            default: nil
            }
        guard let intent else { return nil }
        self = intent
    }

    private static func silence(_ payload: JSONValue) -> Intent? {
        guard let matcher = payload["matcher"].flatMap(Silence.Matcher.init(stored:)),
            let reason = payload["reason"]?.string, let from = payload["from"]?.instant,
            let until = payload["until"]?.instant
        else { return nil }
        return .silence(matcher, reason: reason, from: from, until: until)
    }
}

extension Silence.Matcher {
    var stored: JSONValue {
        .fields([
            "type": type.map { .string($0.rawValue) }, "subject": subject.map(JSONValue.string),
            "at_most": atMost.map { .string($0.rawValue) }, "fingerprint": fingerprint.map { .string($0.text) },
        ])
    }

    /// Nil where a member is none that this program understands: a silence must not grow by misreading.
    init?(stored: JSONValue) {
        guard stored.members != nil else { return nil }
        let (type, severity) = (stored["type"]?.string, stored["at_most"]?.string)
        self.init(
            type: type.flatMap(DetectionType.init), subject: stored["subject"]?.string,
            atMost: severity.flatMap(Severity.init),
            fingerprint: stored["fingerprint"]?.string.map(Fingerprint.init(stored:)))
        if (type != nil && self.type == nil) || (severity != nil && atMost == nil) { return nil }
    }
}
