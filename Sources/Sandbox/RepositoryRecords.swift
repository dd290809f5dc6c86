package import Basics

/// A deployment on GitHub. Its state is that of its latest status.
package struct SandboxDeployment: Hashable, Sendable {
    package struct Status: Hashable, Sendable {
        /// `queued`, `in_progress`, `success`, `failure`, `error` or `inactive`.
        package var state: String
        package var created: Instant

        package init(_ state: String, created: Instant) {
            (self.state, self.created) = (state, created)
        }
    }

    package var id: Int
    package var sha: String
    package var ref = "main"
    package var environment = "production"
    package var description: String?
    package var creator: String
    package var created: Instant
    /// Oldest first.
    package var statuses: [Status] = []

    package init(
        id: Int, sha: String, ref: String = "main", environment: String = "production", description: String? = nil,
        creator: String, created: Instant, statuses: [Status] = []
    ) {
        (self.id, self.sha, self.ref, self.environment) = (id, sha, ref, environment)
        (self.description, self.creator, self.created, self.statuses) = (description, creator, created, statuses)
    }
}

package struct SandboxRelease: Hashable, Sendable {
    package var id: Int
    package var tag: String
    package var name: String
    package var body = ""
    package var author: String
    package var created: Instant
    /// Nil for a draft.
    package var published: Instant?

    package init(
        id: Int, tag: String, name: String, body: String = "", author: String, created: Instant,
        published: Instant? = nil
    ) {
        (self.id, self.tag, self.name, self.body) = (id, tag, name, body)
        (self.author, self.created, self.published) = (author, created, published)
    }
}

package struct SandboxPull: Hashable, Sendable {
    package struct Review: Hashable, Sendable {
        package var id: Int
        package var user: String
        /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
        package var state: String
        package var body = ""
        package var submitted: Instant
        /// The head of its time, where nil.
        package var commit: String?
    }

    package var number: Int
    package var title: String
    package var body = ""
    package var author: String
    package var branch: String
    package var headSHA: String
    package var mergeSHA: String?
    package var created: Instant
    /// The latest of its moments, where nil.
    package var updated: Instant?
    package var closed: Instant?
    package var merged: Instant?
    package var labels: [String] = []
    package var files: [SandboxCommit.File] = []
    package var reviews: [Review] = []

    package init(
        number: Int, title: String, body: String = "", author: String, branch: String, headSHA: String,
        mergeSHA: String? = nil, created: Instant, updated: Instant? = nil, closed: Instant? = nil,
        merged: Instant? = nil,
        files: [SandboxCommit.File] = [], reviews: [Review] = []
    ) {
        (self.number, self.title, self.body, self.author) = (number, title, body, author)
        (self.branch, self.headSHA, self.mergeSHA, self.created) = (branch, headSHA, mergeSHA, created)
        (self.updated, self.closed, self.merged) = (updated, closed, merged)
        (self.files, self.reviews) = (files, reviews)
    }

    /// A merged one is closed.
    var closing: Instant? { closed ?? merged }
    var lastChange: Instant { updated ?? [created, closed ?? created, merged ?? created].max() ?? created }
    var isOpen: Bool { closing == nil }
}

/// A run of a workflow of GitHub Actions.
package struct SandboxRun: Hashable, Sendable {
    package var id: Int
    package var name: String
    package var number: Int
    package var branch = "main"
    package var sha: String
    package var event = "push"
    /// `queued`, `in_progress` or `completed`.
    package var status = "completed"
    /// Nil until it is completed.
    package var conclusion: String? = "success"
    package var actor: String
    package var created: Instant
    package var updated: Instant

    /// What its `run-name` makes of it; its name where nil.
    package var title: String?

    /// The id of its workflow, whose file has the run's name.
    var workflow: Int { 161_335 }
    var workflowFile: String { "\(name).yml" }
    var checkSuite: Int { 330_000_000 + id }
}
