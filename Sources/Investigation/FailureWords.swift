import Basics
import OnCallModel

/// The words in a tool's failures: keys that its outputs lack, and texts that it returns instead of results.
///
/// A commit whose diff has one of them is a more likely cause.
enum FailureWords {
    static func words(of finding: Finding) -> Set<String> {
        guard let facts = finding.facts.tool?.outputs else { return [] }
        let texts = (facts.signs ?? []).compactMap(\.path) + (facts.examples ?? []).map(\.begins)
        let own = Set(Words.of(finding.subject))
        return Set(texts.flatMap { Words.identifying($0.prefix(400)) }).subtracting(own).subtracting(general)
    }

    /// Words of any output.
    private static let general: Set<String> = [
        "missing", "instead", "unexpected", "number", "object", "array", "boolean", "path", "text", "count", "kind",
        "share", "expected", "found", "empty", "wrong", "required", "optional", "outputs", "output", "length",
    ]
}
