package import Basics
package import SourceSpec

/// The schemas, tables and columns of the sources, for completion and the dot commands.
package struct NameCatalog: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package var name: String
        package var type: String
        package var description: String
    }

    /// A table or a table function.
    package struct Relation: Hashable, Sendable {
        package var name: String
        package var description: String
        package var isFunction: Bool
        /// The required filters of a table; the arguments of a function.
        package var required: [String]
        package var columns: [Column]

        /// As it is written in a statement: `commits`, `search_issues(q)`.
        var call: String { isFunction ? "\(name)(\(required.joined(separator: ", ")))" : name }
    }

    package struct Schema: Hashable, Sendable {
        package var name: String
        package var relations: [Relation]

        subscript(relation: String) -> Relation? {
            relations.first { $0.name.lowercased() == relation.lowercased() }
        }
    }

    package private(set) var schemas: [Schema]

    package init(specs: [SourceSpec]) {
        schemas = specs.map { spec in
            Schema(
                name: spec.name,
                relations: spec.tables.map { Self.relation($0, isFunction: false) }
                    + spec.functions.map { Self.relation($0, isFunction: true) })
        }
    }

    /// Adds a table that no spec defines, such as those of the catalog.
    package mutating func add(table: String, of schema: String, columns: [String]) {
        let relation = Relation(
            name: table, description: "", isFunction: false, required: [],
            columns: columns.map { Column(name: $0, type: "", description: "") })
        if let place = schemas.firstIndex(where: { $0.name == schema }) {
            schemas[place].relations.append(relation)
        } else {
            schemas.append(Schema(name: schema, relations: [relation]))
        }
    }

    subscript(schema: String) -> Schema? { schemas.first { $0.name.lowercased() == schema.lowercased() } }

    private static func relation(_ table: TableSpec, isFunction: Bool) -> Relation {
        let columns = table.columns.map { Column(name: $0.name, type: $0.type.rawValue, description: $0.description) }
        let known = Set(columns.map(\.name))
        // A filter that is not a column can also be used in a condition.
        let filters = table.filters.map { Column(name: $0.name, type: $0.type.rawValue, description: $0.description) }
        return Relation(
            name: table.name, description: table.description, isFunction: isFunction,
            required: table.filters.filter(\.isRequired).map(\.name),
            columns: isFunction ? columns : columns + filters.filter { !known.contains($0.name) })
    }

    // MARK: what the dot commands show

    /// The tables of one source, or of all.
    package func tables(of source: String?) throws(UnknownName) -> RowSet {
        var shown = schemas
        if let source {
            guard let schema = self[source] else {
                throw UnknownName("Source \"\(source)\" does not exist.", source, among: schemas.map(\.name))
            }
            shown = [schema]
        }
        let rows = shown.flatMap { schema in
            schema.relations.map { relation -> [Value] in
                let required = relation.isFunction ? "" : relation.required.joined(separator: ", ")
                return ["\(SQLName.quoted(schema.name)).\(relation.call)", required, relation.description].map(
                    Value.text)
            }
        }
        return RowSet(columns: ["table", "requires", "description"], rows: rows)
    }

    /// The columns of `source.table`, or of `table` if only one source has it.
    package func columns(of table: String) throws(UnknownName) -> RowSet {
        let wanted = SQLLexer(table).tokens.compactMap(\.spelledName).map { $0.lowercased() }
        let all = schemas.flatMap { schema in schema.relations.map { (name: "\(schema.name).\($0.name)", relation: $0) }
        }
        let found = all.filter { name, relation in
            wanted == [relation.name.lowercased()] || wanted.joined(separator: ".") == name.lowercased()
        }
        guard let first = found.first else {
            throw UnknownName("Table \"\(table)\" does not exist.", table, among: all.map(\.name))
        }
        guard found.count == 1 else {
            throw UnknownName("\"\(table)\" is ambiguous. Use one of: \(found.map(\.name).joined(separator: ", ")).")
        }
        return RowSet(
            columns: ["column", "type", "required", "description"],
            rows: first.relation.columns.map { column in
                let isRequired = first.relation.required.contains(column.name)
                return [column.name, column.type, isRequired ? "yes" : "", column.description].map(Value.text)
            })
    }
}

/// A name that does not exist or is ambiguous, as a sentence.
package struct UnknownName: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String, _ name: String = "", among names: [String] = []) {
        description = Suggestion.nearest(to: name, among: names).map { "\(sentence) Did you mean \($0)?" } ?? sentence
    }
}
