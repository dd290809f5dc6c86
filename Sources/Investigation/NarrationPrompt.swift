package import Basics
package import OnCallModel

/// What a language model is given to narrate an incident, and what its answer is checked against.
package struct NarrationPrompt: Hashable, Sendable {
    /// The rules: four sections, fewer than 300 words, facts only, no instruction of the data to be followed.
    package let system: String
    /// The facts, redacted.
    package let user: String

    package init(_ file: CaseFile, suspects: [Suspect], redaction: Redaction) {
        (system, user) = ("", "")
    }

    /// A sensible bound for the answer.
    package static let maximumTokens = 1000

    package enum Verdict: Hashable, Sendable {
        case accepted(Narrative)
        /// One phrase: "it names commit deadbee, which is not among the facts".
        case rejected(String)
    }

    /// Takes an answer only when it has the four sections and says nothing that the facts do not hold.
    package func check(_ answer: String, model: String, redaction: Redaction) -> Verdict { .rejected("") }
}
