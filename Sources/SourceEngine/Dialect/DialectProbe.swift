package import Basics
package import SQLiteKit
package import SourceFetch
package import SourceSpec

/// The dialect without an engine: the rewritten form of a statement before anything runs it.
package struct DialectProbe: Sendable {
    package struct Rewritten: Hashable, Sendable {
        /// For SQLite.
        package var text: String
        /// For ClickHouse; nil if SQLite must run it.
        package var clickHouse: ClickHouseStatement?
    }

    private let catalog: Catalog
    private let now: Instant

    package init(specs: [SourceSpec], now: Instant) {
        catalog = Catalog(specs: specs, inputs: { _ in nil }, needsInputs: false)
        self.now = now
    }

    package func rewrite(_ sql: String) throws(QueryError) -> Rewritten {
        let reading = try StatementReading(sql, parameters: [], catalog: catalog, now: now)
        let relations = ClickHouseRelations(layout: .tables)
        return Rewritten(
            text: reading.sql.text, clickHouse: ClickHouseRendering.statement(reading, relations, project: "project"))
    }

    /// An empty in-memory database with the functions of the dialect.
    package static func connection() throws -> Connection {
        let connection = try Connection(path: ":memory:", mode: .inMemory)
        connection.refuseDoubleQuotedTexts()
        connection.refuseValues(longerThan: 1 << 20)
        try DialectFunctions.register(on: connection)
        return connection
    }
}
