package import Basics

/// What a person asks for: the only way from a console or the command line back to the agent.
package enum Intent: Hashable, Sendable {
    case approve(request: Int64)
    case reject(request: Int64)
    case killLoop(trace: String)
    case acknowledge(incident: Int64)
    case resolve(incident: Int64)
    /// Puts an incident off until a moment.
    case snooze(incident: Int64, until: Instant)
    /// Ends a snooze.
    case wake(incident: Int64)
    case silence(Silence.Matcher, reason: String, from: Instant, until: Instant)
    case endSilence(Int64)
    /// The current outputs of a feature are as intended.
    case acceptOutputs(feature: String)
    /// Looks at every feature's outputs now.
    case patrol
    /// Reads one trace, to show it.
    case inspect(trace: String)
    case changeSetting(key: String, value: String)
    case scanNow

    package var kind: String {
        switch self {
        case .approve: "approve"
        case .reject: "reject"
        case .killLoop: "kill_loop"
        case .acknowledge: "acknowledge"
        case .resolve: "resolve"
        case .snooze: "snooze"
        case .wake: "wake"
        case .silence: "silence"
        case .endSilence: "end_silence"
        case .acceptOutputs: "accept_outputs"
        case .patrol: "patrol"
        case .inspect: "inspect"
        case .changeSetting: "change_setting"
        case .scanNow: "scan_now"
        }
    }
}

/// An intent as it lies in the store.
package struct IntentRecord: Hashable, Sendable {
    package var id: Int64
    package var intent: Intent
    /// Who asked: `alice@host (console)`, `U01ABC (slack)`.
    package var author: String
    package var createdAt: Instant

    package init(id: Int64, intent: Intent, author: String, createdAt: Instant) {
        self.id = id
        self.intent = intent
        self.author = author
        self.createdAt = createdAt
    }
}
