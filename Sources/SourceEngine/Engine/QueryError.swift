/// Why a statement failed, and what to do.
package struct QueryError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable {
        case syntax, unknownTable, unknownColumn, refused, missingFilter, notConfigured, sourceFailed, timedOut
        case tooLarge, cancelled, storage, unsupported
    }

    package var kind: Kind
    /// The failure, as a sentence.
    package var sentence: String
    /// What to do, as a sentence; empty if `sentence` says it.
    package var remedy: String

    init(_ kind: Kind, _ sentence: String, remedy: String = "") {
        (self.kind, self.sentence, self.remedy) = (kind, sentence, remedy)
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence) \(remedy)" }

    static let cancelled = QueryError(.cancelled, "The statement was cancelled.")
}
