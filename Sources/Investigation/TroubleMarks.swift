import Basics
import OnCallModel

/// The words that a tool's failures say are wrong: keys that its outputs miss, texts that it gives instead of results.
///
/// A commit whose diff has one of them is nearer to the trouble than one that has none.
enum TroubleMarks {
    /// The members of a finding's evidence that hold such words: lists, objects by path, or texts.
    static let members: Set<String> = [
        "violations", "violated", "missing", "missing_keys", "unexpected_keys", "keys", "paths", "error_text",
        "examples",
        "reasons", "violated_keys",
    ]

    static func words(of finding: Finding) -> Set<String> {
        guard finding.type == .toolFailure else { return [] }
        let own = Set(Words.of(finding.subject))
        let found = (finding.evidence.members ?? []).filter { members.contains($0.name) }.flatMap {
            Self.texts(in: $0.value, depth: 0)
        }
        return Set(found.prefix(200).flatMap { Words.identifying($0.prefix(400)) }).subtracting(own).subtracting(prose)
    }

    private static func texts(in value: JSONValue, depth: Int) -> [String] {
        guard depth < 4 else { return [] }
        switch value {
        case .string(let text): return [text]
        case .array(let values): return values.prefix(100).flatMap { texts(in: $0, depth: depth + 1) }
        case .object(let members):
            return members.prefix(100).flatMap { [$0.name] + texts(in: $0.value, depth: depth + 1) }
        case .null, .bool, .integer, .number: return []
        }
    }

    /// How violations are told, not what is violated.
    private static let prose: Set<String> = [
        "missing", "instead", "unexpected", "number", "object", "array", "boolean", "path", "text", "count", "kind",
        "share", "expected", "found", "empty", "wrong", "required", "optional", "outputs", "output", "length",
    ]
}
