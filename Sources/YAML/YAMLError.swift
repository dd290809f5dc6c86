/// Why a text is not a YAML document that is read here.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var mark: Mark
    /// Without a full stop: `the key "name" stands twice`.
    package var reason: String
    /// What to do, as a sentence.
    package var remedy: String

    package var description: String { "line \(mark.line), column \(mark.column): \(reason). \(remedy)" }
}
