package import Basics

/// Static lists of one provider: rows in the provider's own form, by the path of the list without the common root.
package struct ListedRecords: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private var rows: [String: [JSONValue]]

    package init(dictionaryLiteral lists: (String, [JSONValue])...) {
        rows = Dictionary(lists) { $1 }
    }

    /// Nil if there is no such list.
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
