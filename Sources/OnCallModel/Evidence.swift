package import Basics

/// A commit of GitHub.
package struct CommitFact: JSONRecord {
    package var sha = ""
    package var message = ""
    package var author = ""
    /// When it landed; it may have been written earlier.
    package var date = Instant(milliseconds: 0)
    package var url = ""
    /// The changed files with their patches; empty when they were not read.
    package var files: [ChangedFile] = []
    /// The commits that it follows; empty when they are not known.
    package var parents: [String] = []

    package init() {}

    package init(
        sha: String, message: String, author: String, date: Instant, url: String = "", files: [ChangedFile] = [],
        parents: [String] = []
    ) {
        (self.sha, self.message, self.author, self.date) = (sha, message, author, date)
        (self.url, self.files, self.parents) = (url, files, parents)
    }

    package static let members: [JSONMember<CommitFact>] = [
        .init("sha", \.sha, isRequired: true), .init("message", \.message, isRequired: true),
        .init("author", \.author, isRequired: true), .init("date", \.date, isRequired: true), .init("url", \.url),
        .init("files", \.files), .init("parents", \.parents, omitsEmpty: true),
    ]

    /// The first line of the message.
    package var title: String { String(message.prefix { $0 != "\n" && $0 != "\r\n" }) }
    package var shortSHA: String { String(sha.prefix(7)) }
}

package struct ChangedFile: JSONRecord {
    package var path = ""
    package var additions = 0
    package var deletions = 0
    /// The unified diff; empty for binary or very large files.
    package var patch = ""

    package init() {}

    package init(path: String, additions: Int, deletions: Int, patch: String) {
        (self.path, self.additions, self.deletions, self.patch) = (path, additions, deletions, patch)
    }

    package static let members: [JSONMember<ChangedFile>] = [
        .init("path", \.path, isRequired: true), .init("additions", \.additions), .init("deletions", \.deletions),
        .init("patch", \.patch),
    ]
}

/// A Sentry issue.
package struct ErrorFact: JSONRecord {
    package var id = ""
    package var title = ""
    package var level = ""
    package var count = 0
    package var firstSeen = Instant(milliseconds: 0)
    package var lastSeen = Instant(milliseconds: 0)
    package var url = ""
    /// Where Sentry places it: a function, a route, a file. Empty where it does not.
    package var culprit = ""
    package var location = ""

    package init() {}

    package init(
        id: String, title: String, level: String, count: Int, firstSeen: Instant, lastSeen: Instant, url: String = "",
        culprit: String = "", location: String = ""
    ) {
        (self.id, self.title, self.level, self.count, self.firstSeen) = (id, title, level, count, firstSeen)
        (self.lastSeen, self.url, self.culprit, self.location) = (lastSeen, url, culprit, location)
    }

    package static let members: [JSONMember<ErrorFact>] = [
        .init("id", \.id, isRequired: true), .init("title", \.title, isRequired: true), .init("level", \.level),
        .init("count", \.count), .init("first_seen", \.firstSeen, isRequired: true),
        .init("last_seen", \.lastSeen, isRequired: true), .init("url", \.url),
        .init("culprit", \.culprit, omitsEmpty: true), .init("location", \.location, omitsEmpty: true),
    ]

    /// `RateLimitError` of "RateLimitError: Too many requests".
    package var name: String {
        let name = title.prefix { $0 != ":" && $0 != "(" && !$0.isNewline }
        return String(name.prefix(80))
    }
}

/// A Slack message from around the onset.
package struct MessageFact: JSONRecord {
    package var channel = ""
    package var author = ""
    package var text = ""
    package var date = Instant(milliseconds: 0)

    package init() {}

    package init(channel: String, author: String, text: String, date: Instant) {
        (self.channel, self.author, self.text, self.date) = (channel, author, text, date)
    }

    package static let members: [JSONMember<MessageFact>] = [
        .init("channel", \.channel), .init("author", \.author), .init("text", \.text, isRequired: true),
        .init("date", \.date, isRequired: true),
    ]
}

/// What one complete UTC hour cost.
package struct HourFact: Hashable, Sendable {
    package var hour: Instant
    package var cost: Double
    package var generations: Int

    package init(hour: Instant, cost: Double, generations: Int) {
        (self.hour, self.cost, self.generations) = (hour, cost, generations)
    }
}

/// One candidate cause with every term of its score.
package struct Suspect: JSONRecord {
    package var sha = ""
    package var title = ""
    package var author = ""
    package var score = 0.0
    /// One phrase for each term: "+1.2 changes max_tokens in src/agent.py".
    package var why: [String] = []

    package init() {}

    package init(sha: String, title: String, author: String, score: Double, why: [String]) {
        (self.sha, self.title, self.author, self.score, self.why) = (sha, title, author, score, why)
    }

    package static let members: [JSONMember<Suspect>] = [
        .init("sha", \.sha, isRequired: true), .init("score", \.score, isRequired: true), .init("why", \.why),
        .init("title", \.title), .init("author", \.author),
    ]

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
