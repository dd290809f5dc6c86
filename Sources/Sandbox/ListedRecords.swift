package import Basics

/// Lists of one provider that stand as the story wrote them: rows in the provider's own shape, by the list's path without
/// the root that all of its paths share.
package struct ListedRecords: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private var rows: [String: [JSONValue]]

    package init(dictionaryLiteral lists: (String, [JSONValue])...) {
        rows = Dictionary(lists) { $1 }
    }

    /// Nil where there is no such list.
    package subscript(path: String) -> [JSONValue]? {
        get { rows[path] }
        set { rows[path] = newValue }
    }
}

extension [JSONValue] {
    /// The rows whose text under `name` has `part` in it, whatever the case; all of them where `part` is nil or empty.
    func having(_ part: String?, in name: String) -> [JSONValue] {
        guard let part = part?.lowercased(), !part.isEmpty else { return self }
        return filter { $0[name]?.string?.lowercased().contains(part) ?? false }
    }
}
