import Basics
import SourceFetch

/// Hours whose sums do not come from rows.
extension MirrorFile {
    func hourlyCoverage(of name: QualifiedName) throws -> IntervalSet {
        try read(name) { try $1.coverage($0.hourlyTable) } ?? IntervalSet()
    }

    /// Uses one call of a day, if one is left.
    func takeHourlyCall(of name: QualifiedName, at now: Instant, maximum: Int) throws -> Bool {
        try change(name) { table, connection in
            try MirrorLedger(connection: connection).takeCall(
                name: table.hourlyTable, day: String(now.iso8601.prefix(10)), maximum: maximum)
        } ?? false
    }

    func writeHourly(_ sums: [HourlySum], covering interval: Interval, of name: QualifiedName) throws {
        try change(name) { table, connection in
            try MirrorRollups(table: table).replace(interval, with: sums, on: connection)
            try MirrorLedger(connection: connection).cover(interval, name: table.hourlyTable)
        }
    }
}
