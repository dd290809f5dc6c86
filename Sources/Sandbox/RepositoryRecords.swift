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
    package var ref: String
    package var environment: String
    package var description: String?
    package var creator: String
    package var created: Instant
    /// Oldest first.
    package var statuses: [Status]

    package init(
        id: Int, sha: String, ref: String = "main", environment: String = "production", description: String? = nil,
        creator: String, created: Instant, statuses: [Status] = []
    ) {
        (self.id, self.sha, self.ref, self.environment) = (id, sha, ref, environment)
        (self.description, self.creator) = (description, creator)
        (self.created, self.statuses) = (created, statuses)
    }
}

package struct SandboxRelease: Hashable, Sendable {
    package var id: Int
    package var tag: String
    package var name: String
    package var body: String
    package var author: String
    package var isPrerelease: Bool
    package var created: Instant
    /// Nil for a draft.
    package var published: Instant?

    package init(
        id: Int, tag: String, name: String, body: String = "", author: String, isPrerelease: Bool = false,
        created: Instant, published: Instant?
    ) {
        (self.id, self.tag, self.name, self.body) = (id, tag, name, body)
        (self.author, self.isPrerelease) = (author, isPrerelease)
        (self.created, self.published) = (created, published)
    }
}

package struct SandboxPull: Hashable, Sendable {
    package struct Review: Hashable, Sendable {
        package var id: Int
        package var user: String
        /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
        package var state: String
        package var body: String
        package var submitted: Instant

        package init(id: Int, user: String, state: String, body: String = "", submitted: Instant) {
            (self.id, self.user, self.state, self.body, self.submitted) = (id, user, state, body, submitted)
        }
    }

    package var number: Int
    package var title: String
    package var body: String
    package var author: String
    package var branch: String
    package var headSHA: String
    package var mergeSHA: String?
    package var created: Instant
    package var updated: Instant
    package var closed: Instant?
    package var merged: Instant?
    package var labels: [String]
    package var files: [SandboxCommit.File]
    package var reviews: [Review]

    /// A merged one is closed. `updated` is the latest of its moments unless it is given.
    package init(
        number: Int, title: String, body: String = "", author: String, branch: String, headSHA: String,
        mergeSHA: String? = nil, created: Instant, updated: Instant? = nil, closed: Instant? = nil,
        merged: Instant? = nil, labels: [String] = [], files: [SandboxCommit.File] = [], reviews: [Review] = []
    ) {
        (self.number, self.title, self.body, self.author) = (number, title, body, author)
        (self.branch, self.headSHA, self.mergeSHA) = (branch, headSHA, mergeSHA)
        (self.created, self.closed, self.merged) = (created, closed ?? merged, merged)
        self.updated = updated ?? [created, closed ?? created, merged ?? created].max() ?? created
        (self.labels, self.files, self.reviews) = (labels, files, reviews)
    }

    var isOpen: Bool { closed == nil }
}

/// A run of a workflow of GitHub Actions.
package struct SandboxRun: Hashable, Sendable {
    package var id: Int
    package var name: String
    /// The id of its workflow, whose file bears the run's name.
    package var workflow: Int
    package var number: Int
    package var branch: String
    package var sha: String
    package var event: String
    /// `queued`, `in_progress` or `completed`.
    package var status: String
    /// Nil until it is completed.
    package var conclusion: String?
    package var actor: String
    package var created: Instant
    package var updated: Instant

    package init(
        id: Int, name: String, workflow: Int = 161_335, number: Int, branch: String = "main", sha: String,
        event: String = "push", status: String = "completed", conclusion: String? = "success", actor: String,
        created: Instant, updated: Instant
    ) {
        (self.id, self.name, self.workflow, self.number, self.branch) = (id, name, workflow, number, branch)
        (self.sha, self.event, self.status) = (sha, event, status)
        (self.conclusion, self.actor) = (conclusion, actor)
        (self.created, self.updated) = (created, updated)
    }

    var workflowFile: String { "\(name).yml" }
    var checkSuite: Int { 330_000_000 + id }
}
