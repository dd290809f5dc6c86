/// Why a text is not a YAML document, or not one that is supported here.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var mark: Mark
    /// Without a full stop: `duplicate key "name"`.
    package var reason: String
    /// What to do, as a sentence.
    package var remedy: String

    package var description: String { "line \(mark.line), column \(mark.column): \(reason). \(remedy)" }
}
