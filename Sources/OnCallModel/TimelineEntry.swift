package import Basics

/// One thing that happened to an incident. The list of them is only ever appended to.
package struct TimelineEntry: Hashable, Sendable, Identifiable {
    package var id: Int64
    package var at: Instant
    /// `agent`, or the person who did it.
    package var author: String
    /// One sentence.
    package var event: String

    package init(id: Int64, at: Instant, author: String, event: String) {
        self.id = id
        self.at = at
        self.author = author
        self.event = event
    }
}
