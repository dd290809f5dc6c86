package import Basics

/// One Langfuse observation of the sandbox.
package struct SandboxObservation: Hashable, Sendable {
    package var id: String
    package var traceID: String
    package var traceName: String
    package var type: String
    package var name: String
    package var model: String
    package var start: Instant
    package var latency: Double
    package var inputTokens: Int
    package var outputTokens: Int
    /// US dollars.
    package var cost: Double
    package var level: String
    package var input: String
    package var output: String
    package var parentID: String?
    package var promptName: String
    package var promptVersion: Int?
    package var userID: String
    package var sessionID: String
    /// The error message, if `level` is an error.
    package var statusMessage = ""
    package var release = ""
    package var environment = "production"
    /// The release of the code, as set in its SDK; empty for most.
    package var version = ""
    /// Of its trace.
    package var tags: [String] = []
    /// Has begun and not ended: it has no end time yet.
    package var isOpen = false

    package init(
        id: String, traceID: String, traceName: String, type: String = "GENERATION", name: String, model: String,
        start: Instant, latency: Double = 1.2, inputTokens: Int, outputTokens: Int, cost: Double,
        level: String = "DEFAULT", input: String, output: String, parentID: String? = nil, promptName: String = "",
        promptVersion: Int? = nil, userID: String = "", sessionID: String = ""
    ) {
        (self.id, self.traceID, self.traceName, self.parentID) = (id, traceID, traceName, parentID)
        (self.type, self.name, self.model, self.level) = (type, name, model, level)
        (self.start, self.latency, self.input, self.output) = (start, latency, input, output)
        (self.inputTokens, self.outputTokens, self.cost) = (inputTokens, outputTokens, cost)
        (self.promptName, self.promptVersion) = (promptName, promptVersion)
        (self.userID, self.sessionID) = (userID, sessionID)
    }
}

/// One Sentry issue. Its events are spread evenly between the first and last one, except those of bursts.
package struct SandboxIssue: Hashable, Sendable {
    /// Events that lie evenly over a shorter time.
    package struct Burst: Hashable, Sendable {
        package var from: Instant
        package var to: Instant
        package var count: Int

        package init(from: Instant, to: Instant, count: Int) {
            (self.from, self.to, self.count) = (from, to, count)
        }
    }

    package var id: String
    package var title: String
    package var level: String
    package var count: Int
    package var firstSeen: Instant
    package var lastSeen: Instant
    package var culprit: String
    /// The file that it comes from.
    package var location: String?
    package var release: String?
    /// The traces in which it happened; its events go round them, or those of its bursts where it has some.
    package var traces: [String]
    package var environment = "production"
    /// Part of `count`, and within its life.
    package var bursts: [Burst] = []

    package init(
        id: String, title: String, level: String = "error", count: Int,
        firstSeen: Instant, lastSeen: Instant, culprit: String = "agent.run", location: String? = nil,
        release: String? = nil, traces: [String] = []
    ) {
        (self.id, self.title, self.level) = (id, title, level)
        (self.count, self.firstSeen, self.lastSeen) = (count, firstSeen, lastSeen)
        (self.culprit, self.location, self.release, self.traces) = (culprit, location, release, traces)
    }
}

/// One commit of the sandbox's repository.
package struct SandboxCommit: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package var path: String
        package var patch: String
        /// The path before a rename.
        package var previousPath: String?

        package init(path: String, patch: String, previousPath: String? = nil) {
            (self.path, self.patch, self.previousPath) = (path, patch, previousPath)
        }
    }

    package var sha: String
    package var message: String
    package var author: String
    package var date: Instant
    package var files: [File]

    package init(sha: String, message: String, author: String, date: Instant, files: [File]) {
        (self.sha, self.message, self.author, self.date, self.files) = (sha, message, author, date, files)
    }
}

/// One Slack message. `ts` is its id within the channel.
package struct SandboxMessage: Hashable, Sendable {
    package var ts: String
    package var user: String
    package var text: String
    package var thread: String?
    package var blocks: JSONValue
    package var metadata: JSONValue

    package init(
        ts: String, user: String, text: String, thread: String? = nil, blocks: JSONValue = [],
        metadata: JSONValue = .null
    ) {
        (self.ts, self.user, self.text, self.thread) = (ts, user, text, thread)
        (self.blocks, self.metadata) = (blocks, metadata)
    }
}

/// A GitHub issue opened by a person.
package struct SandboxGitHubIssue: Hashable, Sendable {
    package var number: Int
    package var title: String
    package var body: String
    package var labels: [String]
    package var createdAt: Instant
}

/// A prompt of Langfuse's with its versions.
package struct SandboxPrompt: Hashable, Sendable {
    package struct Version: Hashable, Sendable {
        package var number: Int
        package var text: String
        package var config: JSONValue
        /// `production` is the one that is served.
        package var labels: [String]
        package var commitMessage: String?
        package var created: Instant
        /// When a label was last moved to or from it.
        package var updated: Instant

        /// `updated` is `created` unless it is given.
        package init(
            _ number: Int, text: String, config: JSONValue = [:], labels: [String] = [], commitMessage: String? = nil,
            created: Instant, updated: Instant? = nil
        ) {
            (self.number, self.text, self.config, self.labels) = (number, text, config, labels)
            (self.commitMessage, self.created, self.updated) = (commitMessage, created, updated ?? created)
        }
    }

    package var name: String
    package var tags: [String] = []
    /// Oldest first.
    package var versions: [Version]

    package init(name: String, tags: [String] = [], versions: [Version]) {
        (self.name, self.tags, self.versions) = (name, tags, versions)
    }
}

/// A score in Langfuse: of a trace, of an observation of it, or of a session.
package struct SandboxScore: Hashable, Sendable {
    package var id: String
    package var name: String
    /// A number, a Boolean or a text; it decides the data type.
    package var value: JSONValue
    /// `API`, `EVAL` or `ANNOTATION`.
    package var source: String
    package var time: Instant
    package var traceID: String?
    package var observationID: String?
    package var sessionID: String?
    package var comment: String?

    package init(
        id: String, name: String, value: JSONValue, source: String = "EVAL", time: Instant, traceID: String? = nil,
        observationID: String? = nil, sessionID: String? = nil, comment: String? = nil
    ) {
        (self.id, self.name, self.value, self.source, self.time) = (id, name, value, source, time)
        (self.traceID, self.observationID) = (traceID, observationID)
        (self.sessionID, self.comment) = (sessionID, comment)
    }

    package var dataType: String {
        switch value {
        case .bool: "BOOLEAN"
        case .string: "CATEGORICAL"
        case .null, .integer, .number, .array, .object: "NUMERIC"
        }
    }
}
