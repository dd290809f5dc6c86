import Basics
import OnCallModel

extension Intent {
    /// The columns `kind` and `payload` of the table `intent`.
    var stored: (kind: String, payload: JSONValue) {
        switch self {
        case .approve(let request, let seen):
            ("approve", .fields(["request": .integer(request), "seen": seen.map { .string($0.text) }]))
        case .reject(let request): ("reject", ["request": .integer(request)])
        case .killLoop(let trace): ("kill_loop", ["trace": .string(trace)])
        case .acknowledge(let incident): ("acknowledge", ["incident": .integer(incident)])
        case .resolve(let incident): ("resolve", ["incident": .integer(incident)])
        case .snooze(let incident, let until):
            ("snooze", ["incident": .integer(incident), "until": JSONValue(until)])
        // The name that rows of earlier programs have.
        case .unsnooze(let incident): ("wake", ["incident": .integer(incident)])
        case .silence(let matcher, let reason, let from, let until):
            (
                "silence",
                [
                    "matcher": matcher.stored, "reason": .string(reason), "from": JSONValue(from),
                    "until": JSONValue(until),
                ]
            )
        case .endSilence(let silence): ("end_silence", ["silence": .integer(silence)])
        case .acceptOutputs(let feature): ("accept_outputs", ["feature": .string(feature)])
        case .inspect(let trace): ("inspect", ["trace": .string(trace)])
        case .changeSetting(let key, let value):
            ("change_setting", ["key": .string(key), "value": .string(value)])
        case .scanNow: ("scan_now", [:])
        case .freeze(let reason): ("freeze", ["reason": .string(reason)])
        case .thaw: ("thaw", [:])
        case .requestExecutor(let kind, let incident):
            ("request_executor", ["executor": .string(kind.rawValue), "incident": .integer(incident)])
        case .followUp(let kind, let incident, let task, let why):
            (
                "follow_up",
                [
                    "executor": .string(kind.rawValue), "incident": .integer(incident), "text": .string(task),
                    "why": .string(why),
                ]
            )
        case .undo(let request): ("undo", ["request": .integer(request)])
        case .patrol: ("patrol", [:])
        case .makeDigest(let week): ("make_digest", .fields(["week": week.map(JSONValue.string)]))
        case .recordAlerts(let alerts): ("record_alerts", ["alerts": alerts.json])
        case .scorePull(let pull, let comments):
            ("score_pull", ["pull": JSONValue(pull), "comments": .bool(comments)])
        case .backfillRisk(let since): ("backfill_risk", ["since": JSONValue(since)])
        case .markCause(let incident, let isRight):
            ("mark_cause", ["incident": .integer(incident), "right": .bool(isRight)])
        case .note(let incident, let text): ("note", ["incident": .integer(incident), "text": .string(text)])
        }
    }

    /// Nil if this program does not know the kind or its payload.
    init?(kind: String, payload: JSONValue) {
        func number(_ name: String) -> Int64? { payload[name]?.int.map(Int64.init) }
        func text(_ name: String) -> String? { payload[name]?.string }
        func instant(_ name: String) -> Instant? { payload[name]?.instant }
        let intent: Intent? =
            switch kind {
            case "approve":
                number("request").map { .approve(request: $0, seen: text("seen").map(Fingerprint.init(stored:))) }
            case "reject": number("request").map { .reject(request: $0) }
            case "kill_loop": text("trace").map { .killLoop(trace: $0) }
            case "acknowledge": number("incident").map { .acknowledge(incident: $0) }
            case "resolve": number("incident").map { .resolve(incident: $0) }
            case "snooze":
                number("incident").flatMap { id in instant("until").map { .snooze(incident: id, until: $0) } }
            case "wake": number("incident").map { .unsnooze(incident: $0) }
            case "silence": Self.silence(payload)
            case "end_silence": number("silence").map { .endSilence($0) }
            case "accept_outputs": text("feature").map { .acceptOutputs(feature: $0) }
            case "patrol": .patrol
            case "inspect": text("trace").map { .inspect(trace: $0) }
            case "change_setting":
                text("key").flatMap { key in text("value").map { .changeSetting(key: key, value: $0) } }
            case "scan_now": .scanNow
            case "freeze": text("reason").map { .freeze(reason: $0) }
            case "thaw": .thaw
            case "request_executor":
                text("executor").flatMap(ExecutorKind.init).flatMap { kind in
                    number("incident").map { .requestExecutor(kind, incident: $0) }
                }
            case "follow_up":
                text("executor").flatMap(ExecutorKind.init).flatMap { kind in
                    number("incident").flatMap { id in
                        text("text").map { .followUp(kind, incident: id, text: $0, why: text("why") ?? "") }
                    }
                }
            case "undo": number("request").map { .undo(request: $0) }
            case "make_digest": .makeDigest(week: text("week"))
            case "record_alerts": [OutsideAlert](json: payload["alerts"] ?? .null).map { .recordAlerts($0) }
            case "score_pull":
                number("pull").map { .scorePull(Int($0), comments: payload["comments"]?.bool ?? true) }
            case "backfill_risk": instant("since").map { .backfillRisk(since: $0) }
            case "mark_cause":
                number("incident").flatMap { id in payload["right"]?.bool.map { .markCause(incident: id, isRight: $0) }
                }
            case "note": number("incident").flatMap { id in text("text").map { .note(incident: id, text: $0) } }
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
            "at_most": maxSeverity.map { .string($0.rawValue) }, "fingerprint": fingerprint.map { .string($0.text) },
        ])
    }

    /// Nil if a member is unknown: a silence must not match more than was asked for.
    init?(stored: JSONValue) {
        guard stored.members != nil else { return nil }
        let (type, severity) = (stored["type"]?.string, stored["at_most"]?.string)
        self.init(
            type: type.flatMap(DetectionType.init), subject: stored["subject"]?.string,
            maxSeverity: severity.flatMap(Severity.init),
            fingerprint: stored["fingerprint"]?.string.map(Fingerprint.init(stored:)))
        if (type != nil && self.type == nil) || (severity != nil && maxSeverity == nil) { return nil }
    }
}
