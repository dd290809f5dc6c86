package import Basics

/// What a language model has written of a text that it still writes: the sentences that were checked.
package struct NarrationDraft: Hashable, Sendable {
    package var model: String
    package var text: String
    package var startedAt: Instant

    package init(model: String, text: String, startedAt: Instant) {
        (self.model, self.text, self.startedAt) = (model, text, startedAt)
    }
}

/// What the language model was used for on one UTC day.
package struct NarrationUse: Hashable, Sendable {
    package var tokens = 0
    package var answers = 0
    /// Sentences of its answers that the facts bear out, and the others.
    package var kept = 0
    package var dropped = 0

    package init(tokens: Int = 0, answers: Int = 0, kept: Int = 0, dropped: Int = 0) {
        (self.tokens, self.answers, self.kept, self.dropped) = (tokens, answers, kept, dropped)
    }
}
