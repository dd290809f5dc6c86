/// Reads one YAML document.
///
/// Anchors, aliases, merge keys, duplicate keys, keys that are not scalars, a second document, deep nesting and large texts are
/// errors. A manifest needs none of them, and parsers disagree about each.
package enum YAMLDocument {
    package static let maxDepth = 64
    package static let maxBytes = 8 << 20
    package static let maxNodes = 400_000
    /// The line breaks that marks count (YAML 1.1, §4.2).
    package static let lineBreaks: Set<Character> = ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}"]

    package static func parse(_ text: String) throws(YAMLError) -> YAMLNode {
        let start = Mark(line: 1, column: 1)
        guard text.utf8.count <= maxBytes else {
            throw YAMLError(
                mark: start, reason: "the file is larger than \(maxBytes >> 20) MB",
                remedy: "Split it, or leave tables out that are not needed.")
        }
        var events = EventReader(Array(text.utf8))
        var builder = NodeBuilder()
        let node = try builder.document(&events)
        guard let node else {
            throw YAMLError(mark: start, reason: "the file is empty", remedy: "Write a mapping of keys and values.")
        }
        return node
    }
}
