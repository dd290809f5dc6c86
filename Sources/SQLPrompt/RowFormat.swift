/// How the rows of a statement are written.
package enum RowFormat: String, CaseIterable, Hashable, Sendable {
    /// Columns of text, for people.
    case table
    /// One array of row objects on one line.
    case json
    /// RFC 4180, with the names of the columns in the first line.
    case csv
    /// A table of GitHub's Markdown.
    case markdown

    package static func words(joinedBy separator: String) -> String {
        allCases.map(\.rawValue).joined(separator: separator)
    }
}
