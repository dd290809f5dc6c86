import Basics
import SQLiteKit
import SourceSpec

/// `coral.tables` and `coral.columns`, as Coral names them.
struct MetaTables: Sendable {
    static let schema = "coral"

    let catalog: Catalog

    /// Attaches the schema with its rows.
    func attach(to connection: Connection) throws {
        try connection.execute(
            """
            ATTACH ':memory:' AS coral;
            CREATE TABLE coral.tables (schema_name TEXT, table_name TEXT, description TEXT, guide TEXT,
                required_filters TEXT);
            CREATE TABLE coral.columns (schema_name TEXT, table_name TEXT, ordinal_position INTEGER, column_name TEXT,
                data_type TEXT, is_nullable INTEGER, is_virtual INTEGER, is_required_filter INTEGER, description TEXT);
            """)
        for spec in catalog.specs {
            for table in spec.tables {
                let names: [Value] = [.text(spec.name), .text(table.name)]
                let required = table.filters.filter(\.isRequired).map(\.name)
                try connection.run(
                    "INSERT INTO coral.tables VALUES (?, ?, ?, ?, ?)",
                    names + [.text(table.description), .text(table.guide), .text(required.joined(separator: ","))])
                for (place, column) in table.columns.enumerated() {
                    try connection.run(
                        "INSERT INTO coral.columns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        names + [
                            .integer(Int64(place)), .text(column.name), .text(column.type.rawValue),
                            Value(column.isNullable), Value(column.isVirtual),
                            Value(required.contains(column.name)), .text(column.description),
                        ])
                }
            }
        }
    }
}
