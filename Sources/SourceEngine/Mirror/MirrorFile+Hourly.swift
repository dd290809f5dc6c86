import Basics
import SQLiteKit
import SourceFetch

/// Hours whose sums come from elsewhere than the rows.
extension MirrorFile {
    func hourlyCoverage(of name: QualifiedName) throws -> IntervalSet {
        try use { connection in
            guard let table = self.table(name) else { return IntervalSet() }
            return try MirrorLedger(connection: connection).coverage(named: table.hourlyTable)
        }
    }

    /// One more call of a day, where it has one left.
    func takeHourlyCall(of name: QualifiedName, at now: Instant, maximum: Int) throws -> Bool {
        guard let table = table(name) else { return false }
        return try use { connection in
            try connection.transaction {
                try MirrorLedger(connection: $0).takeCall(
                    named: table.hourlyTable, day: String(now.iso8601.prefix(10)), maximum: maximum)
            }
        }
    }

    func writeHourly(_ sums: [HourlySum], covering interval: Interval, of name: QualifiedName) throws {
        guard let table = table(name) else { return }
        try use { connection in
            try connection.transaction { connection in
                try MirrorRollups(table: table).replace(interval, with: sums, on: connection)
                let ledger = MirrorLedger(connection: connection)
                var coverage = try ledger.coverage(named: table.hourlyTable)
                coverage.insert(interval)
                try ledger.store(coverage, named: table.hourlyTable)
            }
        }
    }
}
