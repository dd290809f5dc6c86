package import Basics

/// A prompt of Langfuse that was changed.
package struct PromptFact: Hashable, Sendable {
    package var name: String
    /// The latest changed one; nil if unknown.
    package var version: Int?
    package var changedAt: Instant
    package var labels: String

    package init(name: String, version: Int?, changedAt: Instant, labels: String = "") {
        (self.name, self.version, self.changedAt, self.labels) = (name, version, changedAt, labels)
    }
}
