package import Basics

/// What a person asks for: the only way from a console or the command line back to the agent.
package enum Intent: Hashable, Sendable {
    /// `seen` is the fingerprint of the request as it was shown; nil where nothing was shown.
    case approve(request: Int64, seen: Fingerprint? = nil)
    case reject(request: Int64)
    case killLoop(trace: String)
    case acknowledge(incident: Int64)
    case resolve(incident: Int64)
    /// Mutes an incident until a moment.
    case snooze(incident: Int64, until: Instant)
    /// Ends a snooze.
    case unsnooze(incident: Int64)
    case silence(Silence.Matcher, reason: String, from: Instant, until: Instant)
    case endSilence(Int64)
    /// The current outputs of a feature are as intended.
    case acceptOutputs(feature: String)
    /// Checks the outputs of every feature now.
    case patrol
    /// Reads one trace, to show it.
    case inspect(trace: String)
    case changeSetting(key: String, value: String)
    case scanNow
    /// Stops all actions until ``thaw``.
    case freeze(reason: String)
    case thaw
    /// Requests approval to use the executor of this kind for an incident.
    case requestExecutor(ExecutorKind, incident: Int64)
    /// Requests approval to create an issue of a task that is left after an incident.
    case followUp(ExecutorKind, incident: Int64, text: String, why: String)
    /// Requests approval to take back what the act of a request did.
    case undo(request: Int64)
    /// Alerts that another system sent. Their author is its webhook.
    case recordAlerts([OutsideAlert])
    /// Scores a pull request. `comments`: the score is also written on it.
    case scorePull(Int, comments: Bool)
    /// Reads the changes of the default branch since a moment, and what followed them.
    case backfillRisk(since: Instant)
    /// Makes the digest of a week, named as `2026-W48`, again; nil makes that of the week so far.
    case makeDigest(week: String?)
    /// The cause that an incident names is right, or is not.
    case markCause(incident: Int64, isRight: Bool)
    /// Adds a note to an incident.
    case note(incident: Int64, text: String)
}

/// Where in Slack a person clicked, and is answered.
package struct ClickPlace: Hashable, Sendable {
    /// The id of the channel.
    package var channel: String
    /// The timestamp of the thread's first message, if the button was in a thread.
    package var thread: String?

    package init(channel: String, thread: String? = nil) {
        (self.channel, self.thread) = (channel, thread)
    }
}

/// An intent as it lies in the store.
package struct IntentRecord: Hashable, Sendable {
    package var id: Int64
    package var intent: Intent
    /// Who asked: `alice@host (console)`, `U01ABC (slack)`.
    package var author: String
    package var createdAt: Instant
    /// Of a click in Slack.
    package var place: ClickPlace?

    package init(id: Int64, intent: Intent, author: String, createdAt: Instant, place: ClickPlace? = nil) {
        (self.id, self.intent, self.author, self.createdAt) = (id, intent, author, createdAt)
        self.place = place
    }
}
