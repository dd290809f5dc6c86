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
        (self.id, self.at, self.author, self.event) = (id, at, author, event)
    }

    package var json: JSONValue { ["at": JSONValue(at), "author": .string(author), "event": .string(event)] }
}
