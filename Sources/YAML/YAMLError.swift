/// Why a text is not a YAML document, or not one that is supported here.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var mark: Mark
    /// Without a full stop: `duplicate key "name"`.
    package var reason: String
    /// What to do, as a sentence.
    package var remedy: String

    package init(mark: Mark, reason: String, remedy: String) {
        (self.mark, self.reason, self.remedy) = (mark, reason, remedy)
    }

    package var description: String { "line \(mark.line), column \(mark.column): \(reason). \(remedy)" }
}
