package import Basics

/// What a Linear workspace of the sandbox holds, in any order; the API sorts it.
package struct LinearWorkspace: Hashable, Sendable {
    package var teams: [Team] = []
    package var users: [User] = []
    package var projects: [Project] = []
    package var cycles: [Cycle] = []
    package var issues: [Issue] = []

    package struct Team: Hashable, Sendable {
        package var id: String
        /// Before the number in an issue's identifier: `ENG`.
        package var key: String
        package var name: String
        package var created: Instant
    }

    package struct User: Hashable, Sendable {
        package var id: String
        package var name: String
        package var email: String
        package var isAdmin = false
        package var created: Instant

        var displayName: String { String(email.prefix { $0 != "@" }) }
    }

    package struct Project: Hashable, Sendable {
        package var id: String
        package var name: String
        package var state = "started"
        package var progress: Double = 0
        package var team: String
        package var created: Instant
    }

    package struct Cycle: Hashable, Sendable {
        package var id: String
        package var number: Int
        package var team: String
        package var starts: Instant
        package var ends: Instant
        package var completed: Instant?
    }

    /// A state of a team's workflow.
    package struct WorkflowState: Hashable, Sendable {
        package var name: String
        /// `triage`, `backlog`, `unstarted`, `started`, `completed`, `canceled` or `duplicate`.
        package var type: String

        package init(_ name: String, type: String) {
            (self.name, self.type) = (name, type)
        }
    }

    package struct Comment: Hashable, Sendable {
        package var id: String
        package var user: String
        package var body: String
        package var created: Instant
    }

    package struct Issue: Hashable, Sendable {
        package var id: String
        package var number: Int
        package var title: String
        package var description: String?
        /// 0 none, 1 urgent, 2 high, 3 medium, 4 low.
        package var priority = 0
        package var estimate: Double?
        package var team: String
        package var state = WorkflowState("Todo", type: "unstarted")
        package var assignee: String?
        package var creator: String?
        package var project: String?
        package var cycle: String?
        package var labels: [String] = []
        package var created: Instant
        /// When it was created, where nil.
        package var updated: Instant?
        package var started: Instant?
        package var completed: Instant?
        package var comments: [Comment] = []
    }
}
