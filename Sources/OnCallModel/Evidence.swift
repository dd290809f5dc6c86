package import Basics

/// A commit of GitHub.
package struct CommitFact: Hashable, Sendable {
    package var sha: String
    package var message: String
    package var author: String
    /// When it landed; it may have been written earlier.
    package var date: Instant
    package var url: String
    /// The changed files with their patches; empty when they were not read.
    package var files: [ChangedFile]
    /// The commits that it follows; empty when they are not known.
    package var parents: [String]

    package init(
        sha: String, message: String, author: String, date: Instant, url: String = "", files: [ChangedFile] = [],
        parents: [String] = []
    ) {
        self.sha = sha
        self.message = message
        self.author = author
        self.date = date
        self.url = url
        self.files = files
        self.parents = parents
    }

    /// The first line of the message.
    package var title: String { String(message.prefix { $0 != "\n" && $0 != "\r\n" }) }
    package var shortSHA: String { String(sha.prefix(7)) }
}

package struct ChangedFile: Hashable, Sendable {
    package var path: String
    package var additions: Int
    package var deletions: Int
    /// The unified diff; empty for binary or very large files.
    package var patch: String

    package init(path: String, additions: Int, deletions: Int, patch: String) {
        self.path = path
        self.additions = additions
        self.deletions = deletions
        self.patch = patch
    }
}

/// A Sentry issue.
package struct ErrorFact: Hashable, Sendable {
    package var id: String
    package var title: String
    package var level: String
    package var count: Int
    package var firstSeen: Instant
    package var lastSeen: Instant
    package var url: String
    /// Where Sentry places it: a function, a route, a file. Empty where it does not.
    package var culprit: String
    package var location: String

    package init(
        id: String, title: String, level: String, count: Int, firstSeen: Instant, lastSeen: Instant, url: String = "",
        culprit: String = "", location: String = ""
    ) {
        self.id = id
        self.title = title
        self.level = level
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.url = url
        self.culprit = culprit
        self.location = location
    }

    /// `RateLimitError` of "RateLimitError: Too many requests".
    package var name: String {
        let name = title.prefix { $0 != ":" && $0 != "(" && !$0.isNewline }
        return String(name.prefix(80))
    }
}

/// A Slack message from around the onset.
package struct MessageFact: Hashable, Sendable {
    package var channel: String
    package var author: String
    package var text: String
    package var date: Instant

    package init(channel: String, author: String, text: String, date: Instant) {
        self.channel = channel
        self.author = author
        self.text = text
        self.date = date
    }
}

/// What one complete UTC hour cost.
package struct HourFact: Hashable, Sendable {
    package var hour: Instant
    package var cost: Double
    package var generations: Int

    package init(hour: Instant, cost: Double, generations: Int) {
        self.hour = hour
        self.cost = cost
        self.generations = generations
    }
}

/// One candidate cause with every term of its score.
package struct Suspect: Hashable, Sendable {
    package var sha: String
    package var title: String
    package var author: String
    package var score: Double
    /// One phrase for each term: "+1.2 changes max_tokens in src/agent.py".
    package var why: [String]

    package init(sha: String, title: String, author: String, score: Double, why: [String]) {
        self.sha = sha
        self.title = title
        self.author = author
        self.score = score
        self.why = why
    }

    package var shortSHA: String { String(sha.prefix(7)) }
}

/// The report of an incident in Markdown, and who wrote it.
package struct Narrative: Hashable, Sendable {
    package enum Author: Hashable, Sendable {
        /// Written by Sentinel from the facts; the reason says why no model was used.
        case template(reason: String)
        case model(String)
    }

    package var text: String
    package var author: Author

    package init(text: String, author: Author) {
        self.text = text
        self.author = author
    }
}
