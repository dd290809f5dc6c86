package import Basics

/// What happened to a request, an action, or the rules that decide on them, as the audit log keeps it.
package struct AuditEntry: Hashable, Sendable {
    package enum Event: String, CaseIterable, Hashable, Sendable {
        // A request for approval.
        case requested, voted, approved, rejected, expired
        // An action.
        case allowed, attempted, done, failed, unknown, withdrawn
        case notDelivered = "not_delivered"
        // What decides on actions.
        case frozen, thawed, silenced
        case silenceEnded = "silence_ended"
        case settingChanged = "setting_changed"
    }

    package var event: Event
    /// `alice@host (console)`, or `agent`.
    package var who: String
    /// The action and its target, as a sentence.
    package var what: String
    /// What allowed it, or why it is asked.
    package var why: String
    package var incident: Int64?
    package var request: Int64?
    package var act: Int64?
    /// The exact requests that are sent, secrets masked, one a line.
    package var calls: [String]
    package var outcome: String

    package init(
        _ event: Event, by who: String, _ what: String, why: String = "", incident: Int64? = nil, request: Int64? = nil,
        act: Int64? = nil, calls: [String] = [], outcome: String = ""
    ) {
        (self.event, self.who, self.what, self.why) = (event, who, what, why)
        (self.incident, self.request, self.act) = (incident, request, act)
        (self.calls, self.outcome) = (calls, outcome)
    }
}

/// A row of the audit log.
package struct AuditRow: Hashable, Sendable, Identifiable {
    /// 1, 2, 3, … without gaps.
    package var id: Int64
    package var at: Instant
    package var entry: AuditEntry
    /// SHA-256 of the row and of the hash before it, in hexadecimal.
    package var hash: String

    package init(id: Int64, at: Instant, entry: AuditEntry, hash: String) {
        (self.id, self.at, self.entry, self.hash) = (id, at, entry, hash)
    }
}

/// The result of a check of the whole audit log.
package enum AuditCheck: Hashable, Sendable {
    case intact(entries: Int64)
    /// The row is not what was written.
    case changed(Int64)
    case missing(Int64)
    /// Rows at the end are missing: so many were written.
    case cut(entries: Int64, written: Int64)
    /// More rows than were written, or a head that does not belong to the last row.
    case wrongHead

    package var isIntact: Bool {
        if case .intact = self { true } else { false }
    }

    package var sentence: String {
        switch self {
        case .intact(let entries): "The audit log is intact: \(entries) \(entries == 1 ? "entry" : "entries")."
        case .changed(let id): "Entry \(id) of the audit log was changed after it was written."
        case .missing(let id): "Entry \(id) of the audit log is missing."
        case .cut(let entries, let written):
            "The end of the audit log is missing: \(written) entries were written, \(entries) are left."
        case .wrongHead: "The last entry of the audit log is not the one that was written last."
        }
    }
}

/// A freeze of all actions, ordered by a person.
package struct Freeze: Hashable, Sendable {
    package var since: Instant
    package var author: String
    package var reason: String

    package init(since: Instant, author: String, reason: String) {
        (self.since, self.author, self.reason) = (since, author, reason)
    }
}
