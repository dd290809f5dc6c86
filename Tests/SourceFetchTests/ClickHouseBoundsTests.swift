import Basics
import Testing

@testable import SourceFetch
@testable import SourceSpec

@Suite("Bounds of Langfuse's API in ClickHouse")
struct ClickHouseBoundsTests {
    @Test("a parameter that bounds the API's time bounds the column, newest first")
    func bounds() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let source = try #require(SourceCatalog.load(directory: "\(root)/sources")["langfuse"]).inClickHouse
        let table = try #require(source.tables.first { $0.name == "observations" })
        #expect(table.filters.contains { $0.name == "from_start_time" })
        let scan = Scan(
            source: source, table: table,
            filters: [
                "name": "support-bot", "from_start_time": "2026-11-24T00:00:00.000Z",
                "to_start_time": "2026-11-25T00:00:00.000Z",
            ], rowLimit: 20)
        for layout in [ClickHouseRelations.Layout.events, .tables] {
            let statement = try ClickHousePages.statement(scan, ClickHouseRelations(layout: layout), project: "p")
            let condition = statement.sql.split(separator: ") WHERE ").last.map(String.init) ?? ""
            #expect(
                condition == """
                    `start_time` >= parseDateTime64BestEffort({p1:String}, 3, 'UTC') AND `name` = {p2:String} \
                    AND `start_time` < parseDateTime64BestEffort({p3:String}, 3, 'UTC') ORDER BY `start_time` DESC LIMIT 21
                    """, "\(statement.sql)")
            #expect(statement.parameters["p3"] == "2026-11-25T00:00:00.000Z")
        }
    }
}
