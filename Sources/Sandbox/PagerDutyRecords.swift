package import Basics

/// What a PagerDuty account of the sandbox holds.
package struct PagerDutyAccount: Hashable, Sendable {
    package var users: [User] = []
    package var services: [Service] = []
    package var onCalls: [OnCall] = []
    /// In any order; the API sorts them.
    package var incidents: [Incident] = []

    /// Something that is only referred to here: an escalation policy, a schedule, a team, a priority.
    package struct Named: Hashable, Sendable {
        package var id: String
        package var name: String
    }

    package struct User: Hashable, Sendable {
        package var id: String
        package var name: String
        package var email: String
        package var role = "user"
        package var jobTitle: String?
    }

    package struct Service: Hashable, Sendable {
        package var id: String
        package var name: String
        package var description: String?
        package var policy: Named
        package var teams: [Named] = []
        package var created: Instant
    }

    package struct OnCall: Hashable, Sendable {
        package var user: String
        package var level = 1
        package var policy: Named
        /// Nil for a user in the policy itself, who is on call without start and end.
        package var schedule: Named?
        package var start: Instant?
        package var end: Instant?
    }

    package struct Incident: Hashable, Sendable {
        package var id: String
        package var number: Int
        package var title: String
        /// `triggered`, `acknowledged` or `resolved`.
        package var status = "triggered"
        package var urgency = "high"
        package var service: String
        /// `key-` and the id, where nil.
        package var key: String?
        package var created: Instant
        /// When it was created, where nil.
        package var updated: Instant?
        package var resolved: Instant?
        package var assignees: [String] = []
        package var priority: Named?
        package var alerts: [Alert] = []
        package var notes: [Note] = []
        /// Oldest first.
        package var entries: [LogEntry] = []

        var incidentKey: String { key ?? "key-\(id)" }
    }

    package struct Alert: Hashable, Sendable {
        package var id: String
        package var summary: String
        package var severity = "critical"
        package var key: String
        package var created: Instant
        package var details: JSONValue = [:]
    }

    package struct Note: Hashable, Sendable {
        package var id: String
        package var user: String
        package var content: String
        package var created: Instant
    }

    /// One entry of an incident's log.
    package struct LogEntry: Hashable, Sendable {
        package var id: String
        /// Without its ending: `trigger`, `acknowledge`, `resolve`, `annotate`, `notify`, `assign`.
        package var kind: String
        package var summary: String
        package var created: Instant
        /// The user who did it; nil for a service, which triggered by itself.
        package var user: String?
    }
}
