import Basics
import SQLiteKit
import SourceSpec

/// A live table or function: its columns in SQL, and which of them are filters.
struct LiveTableSpec: Hashable, Sendable {
    let source: SourceSpec
    let table: TableSpec
    let isFunction: Bool
    /// The name in SQL; differs from the table's for the live twin of a mirrored table.
    let sqlName: String
    /// How the API bounds time, if the overlay defines it.
    let bounds: TimeBounds?
    /// Only the columns that a statement reads are requested.
    let isProjected: Bool
    let columns: [VirtualColumn]
    /// The filter of each column, by the column's position.
    let filters: [Int: FilterSpec]
    /// Columns whose value is the filter's own: the API alone meets a condition on them.
    let echoes: Set<Int>

    static let twinSuffix = "__live"

    init(
        source: SourceSpec, table: TableSpec, isFunction: Bool = false, isTwin: Bool = false
    ) {
        (self.source, self.table, self.isFunction) = (source, table, isFunction)
        isProjected = source.backend == .clickHouse
        bounds = source.overlay.bounds[table.name] ?? source.overlay.mirrors[table.name]?.bounds
        sqlName = isTwin ? table.name + Self.twinSuffix : table.name
        var columns = table.columns.map { VirtualColumn($0.name, MirrorSchema.sqliteType($0.type)) }
        var filters: [Int: FilterSpec] = [:]
        var echoes: Set<Int> = []
        for filter in table.filters {
            if !isFunction, let place = table.columns.firstIndex(where: { $0.name == filter.name }) {
                filters[place] = filter
                if Self.isEcho(table.columns[place].expression) { echoes.insert(place) }
            } else {
                let isTaken = columns.contains { $0.name == filter.name }
                filters[columns.count] = filter
                echoes.insert(columns.count)
                columns.append(
                    VirtualColumn(
                        isTaken ? filter.name + "__argument" : filter.name, MirrorSchema.sqliteType(filter.type),
                        isHidden: true))
            }
        }
        (self.columns, self.filters, self.echoes) = (columns, filters, echoes)
    }

    static func isEcho(_ expression: ColumnExpression) -> Bool {
        switch expression {
        case .fromFilter, .fromArgument, .null: true
        default: false
        }
    }

    var name: QualifiedName { QualifiedName(source.name, table.name) }

    var argumentNames: [String] { table.filters.map { $0.name.lowercased() } }

    var definition: String {
        "CREATE VIRTUAL TABLE \(MirrorSchema.quoted(sqlName)) USING \(LiveTable.moduleName)(\(source.name), \(sqlName))"
    }

    /// The sentence for missing required filters.
    func missing(_ names: [String]) -> String {
        if isFunction { return "\(name) requires the argument \(names.joined(separator: ", "))." }
        let conditions = names.map { column in
            guard let bounds, bounds.names.first == column else { return "\(column) = '…'" }
            return "\(bounds.column) >= '…'"
        }
        return "\(name) needs WHERE \(conditions.joined(separator: " AND "))."
    }
}
