package import Basics

/// One change that reached the default branch: a merged pull request, or a commit that was pushed.
package struct CodeChange: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package var path: String
        /// The path before this change, if it renamed the file.
        package var previousPath: String?
        package var added: Int
        package var removed: Int

        package init(_ path: String, previousPath: String? = nil, added: Int, removed: Int) {
            (self.path, self.previousPath, self.added, self.removed) = (path, previousPath, added, removed)
        }
    }

    package var sha: String
    /// When it entered the branch.
    package var at: Instant
    /// The first line of its message.
    package var title: String
    package var author: String
    /// The number of its pull request, if the message names it.
    package var pull: Int?
    package var files: [File]
    package var isFix: Bool
    /// How many kinds of change to how models are called its diff has; 0 where no diff was read.
    package var terms = 0
    /// What the 24 h after it cost more than the 24 h before, in US dollars, and how many more Sentry issues began. Nil while
    /// it is not known.
    package var costDelta: Double?
    package var errorDelta: Int?

    package init(
        sha: String, at: Instant, title: String, author: String = "", pull: Int? = nil, files: [File] = [],
        isFix: Bool = false, costDelta: Double? = nil, errorDelta: Int? = nil
    ) {
        (self.sha, self.at, self.title, self.author, self.pull) = (sha, at, title, author, pull)
        (self.files, self.isFix, self.costDelta, self.errorDelta) = (files, isFix, costDelta, errorDelta)
    }

    package var added: Int { files.reduce(0) { $0 + $1.added } }
    package var removed: Int { files.reduce(0) { $0 + $1.removed } }
}
