import Basics
import SQLiteKit
import SourceSpec

/// The schema `coral`: the tables and inputs of the sources, as in Coral itself.
struct MetaTables: Sendable {
    static let schema = "coral"

    let catalog: Catalog

    /// Attaches the schema with its rows.
    func attach(to connection: Connection) throws {
        try connection.execute("ATTACH ':memory:' AS \(Self.schema)")
        for definition in Self.definitions {
            let columns = definition.columns.map { "\($0.name) \(MirrorSchema.sqliteType($0.type))" }
            try connection.execute(
                "CREATE TABLE \(Self.schema).\(definition.name) (\(columns.joined(separator: ", ")))")
            let places = definition.columns.map { _ in "?" }.joined(separator: ", ")
            for row in rows(of: definition) {
                try connection.run("INSERT INTO \(Self.schema).\(definition.name) VALUES (\(places))", row)
            }
        }
    }

    private var specs: [SourceSpec] { catalog.specs.sorted { $0.name < $1.name } }

    /// The tables of the sources and of the schema itself, in the order of schema and name, as Coral sorts them.
    private var tables: [(schema: String, table: TableSpec)] {
        let all = catalog.specs.map { ($0.name, $0.tables) } + [(Self.schema, Self.definitions)]
        return all.sorted { $0.0 < $1.0 }.flatMap { schema, tables in tables.byName.map { (schema, $0) } }
    }

    private func rows(of definition: TableSpec) -> [[Value]] {
        switch definition.name {
        case "tables": tables.map { Self.row(of: $1, $0) }
        case "columns": tables.flatMap { Self.columnRows(of: $1, $0) }
        case "filters": tables.flatMap { Self.filterRows(of: $1, $0) }
        case "inputs":
            specs.flatMap { spec in
                (catalog.inputs[spec.name.lowercased()] ?? []).map { [.text(spec.name)] + $0.row }
            }
        default: specs.flatMap { spec in spec.functions.byName.map { Self.functionRow(of: $0, spec) } }
        }
    }

    // MARK: Tables

    private static func row(of table: TableSpec, _ schema: String) -> [Value] {
        let required = table.filters.filter(\.isRequired).map(\.name).joined(separator: ",")
        return [
            .text(schema), .text(table.name), .text(table.description), .text(table.guide), .text(required),
            json(table.searchLimits), "",
        ]
    }

    private static func columnRows(of table: TableSpec, _ schema: String) -> [[Value]] {
        table.columns.enumerated().map { place, column in
            let filter = table.filters.first { $0.name == column.name }
            return [
                .text(schema), .text(table.name), .integer(Int64(place)), .text(column.name),
                .text(column.type.rawValue), Value(column.isNullable), Value(column.isVirtual),
                Value(filter?.isRequired ?? false), .text(column.description), Value(filter?.mode.rawValue), "",
            ]
        }
    }

    private static func filterRows(of table: TableSpec, _ schema: String) -> [[Value]] {
        table.filters.sorted { $0.name < $1.name }.map { filter in
            [
                .text(schema), .text(table.name), .text(filter.name), .text(filter.mode.rawValue),
                Value(filter.isRequired), .text(filter.type.rawValue), .text(filter.description), "",
            ]
        }
    }

    // MARK: Functions

    private static func functionRow(of function: TableSpec, _ spec: SourceSpec) -> [Value] {
        let arguments = function.filters.map { filter in
            JSONValue.fields([
                "name": .string(filter.name), "required": .bool(filter.isRequired),
                "values": .array(filter.allowedValues.map(JSONValue.string)),
            ])
        }
        let columns = function.columns.map { column in
            JSONValue.fields([
                "name": .string(column.name), "type": .string(column.type.rawValue),
                "nullable": .bool(column.isNullable), "description": .string(column.description),
            ])
        }
        return [
            .text(spec.name), .text(function.name), .text(function.description),
            .text(JSONValue.array(arguments).serialized), .text(JSONValue.array(columns).serialized),
            .text(function.kind.rawValue), json(function.searchLimits),
        ]
    }

    private static func json(_ limits: SearchLimits?) -> Value {
        guard let limits else { return .null }
        let object = JSONValue.fields([
            "default_top_k": JSONValue(limits.defaultTopK), "max_top_k": JSONValue(limits.maximumTopK),
            "max_calls_per_query": JSONValue(limits.maximumCalls),
        ])
        return .text(object.serialized)
    }
}

/// An input of a source as `coral.inputs` shows it, without the value of a secret.
struct InputState: Hashable, Sendable {
    let row: [Value]

    init(_ input: InputSpec, _ inputs: (String) -> String?) {
        let given = inputs(input.key).flatMap { $0.isEmpty ? nil : $0 } ?? input.defaultValue
        let isSecret = input.kind == .secret
        row = [
            .text(input.key), .text(isSecret ? "secret" : "variable"), isSecret ? .null : Value(given),
            isSecret ? .null : Value(input.defaultValue),
            input.hint.isEmpty ? .null : .text(input.hint), Value(input.isRequired), Value(given != nil), "",
        ]
    }
}

extension [TableSpec] {
    fileprivate var byName: [TableSpec] { sorted { $0.name < $1.name } }
}
