/// A table's name with its schema: `github.commits`. Compared without regard to case, as SQL does.
package struct QualifiedName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let schema: String
    package let table: String

    package init(_ schema: String, _ table: String) {
        self.schema = schema.lowercased()
        self.table = table.lowercased()
    }

    package var description: String { "\(schema).\(table)" }

    package static func < (left: QualifiedName, right: QualifiedName) -> Bool {
        (left.schema, left.table) < (right.schema, right.table)
    }
}
