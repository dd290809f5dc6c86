import Basics
import YAML

/// A value of the document with the path that leads to it.
struct ManifestNode {
    var node: YAMLNode
    var path: String
}

/// One mapping of a manifest, read key by key. An invalid value is reported and reads as absent.
struct MappingReader {
    let mark: Mark
    let path: String
    let log: DiagnosticLog
    private let entries: [String: YAMLNode.Entry]
    private let order: [YAMLNode.Entry]

    /// Nil, with a diagnostic, if the node is not a mapping.
    init?(_ item: ManifestNode, _ log: DiagnosticLog) {
        guard let entries = item.node.entries else {
            log.report(item, "a mapping is required here", "Write \"key: value\" lines.")
            return nil
        }
        order = entries
        self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        (mark, path, self.log) = (item.node.mark, item.path, log)
    }

    var keys: [String] { order.map(\.key) }

    /// Reports every key that is not among these.
    func allow(_ known: [String]) {
        for entry in order where !known.contains(entry.key) {
            let question = Suggestion.question(for: entry.key, among: known)
            log.report(
                entry.keyMark, path, "unknown key \"\(entry.key)\"",
                question ?? "Known here: \(known.joined(separator: ", ")).")
        }
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The position of the value, or of the mapping if it is absent.
    func mark(of key: String) -> Mark { entries[key]?.value.mark ?? mark }

    func keyMark(of key: String) -> Mark { entries[key]?.keyMark ?? mark }

    func has(_ key: String) -> Bool { entries[key] != nil }

    func item(_ key: String) -> ManifestNode? {
        entries[key].map { ManifestNode(node: $0.value, path: path(of: key)) }
    }

    /// The value of a key. If it is missing, that is reported, with an example of a value.
    @discardableResult
    func required(_ key: String, _ example: String) -> ManifestNode? {
        if !has(key) { report("\(key) is missing", "Add \"\(key): \(example)\".") }
        return item(key)
    }

    /// The entries as items, in order.
    var items: [(key: String, mark: Mark, item: ManifestNode)] {
        order.map { ($0.key, $0.keyMark, ManifestNode(node: $0.value, path: path(of: $0.key))) }
    }

    func fields(_ key: String) -> MappingReader? {
        item(key).flatMap { MappingReader($0, log) }
    }

    /// The elements of a list; none where it is absent.
    func list(_ key: String) -> [ManifestNode] {
        guard let item = item(key) else { return [] }
        guard let elements = item.node.elements else {
            log.report(item, "a list is required here", "Write its elements as \"- …\" lines.")
            return []
        }
        return elements.enumerated().map { ManifestNode(node: $1, path: "\(item.path)[\($0)]") }
    }

    /// The elements of a list that are mappings; any other is reported.
    func mappings(_ key: String) -> [MappingReader] { list(key).compactMap { MappingReader($0, log) } }

    func report(_ key: String, _ reason: String, _ remedy: String) {
        log.report(mark(of: key), path(of: key), reason, remedy)
    }

    func report(_ reason: String, _ remedy: String) {
        log.report(mark, path, reason, remedy)
    }
}

extension Suggestion {
    /// "Did you mean …?" with the nearest candidate; nil if none is near.
    static func question(for word: String, among candidates: some Sequence<String>) -> String? {
        nearest(to: word, among: candidates).map { "Did you mean \"\($0)\"?" }
    }
}

extension StringProtocol {
    /// Without blanks and line breaks at both ends.
    package var trimmed: String {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
