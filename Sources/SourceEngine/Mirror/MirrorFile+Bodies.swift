import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

extension MirrorFile {
    /// The stored rows of the keys whose bodies are not stored.
    func wantedBodies(of name: QualifiedName, _ keys: Set<[Value]>) throws -> [[Value]: BodyPlan.Wanted] {
        try read(name) { table, ledger in
            let statement = try ledger.connection.statement(MirrorSchema(table: table).bodyDemand)
            var found: [[Value]: BodyPlan.Wanted] = [:]
            for key in keys {
                for (place, value) in key.enumerated() { try statement.bind(value, at: place + 1) }
                defer { statement.reset() }
                guard try statement.step(), let time = TimeText.instant(statement.value(at: 0)) else { continue }
                let names = (2..<2 + table.nameFilters.count).map(statement.value(at:))
                found[key] = BodyPlan.Wanted(time: time, group: statement.value(at: 1), name: names)
            }
            return found
        } ?? [:]
    }

    /// How many rows each stretch has.
    func rowCounts(of name: QualifiedName, in stretches: [Interval]) throws -> [Int] {
        try read(name) { table, ledger in
            let statement = MirrorSchema(table: table).countBetween
            return try stretches.map { stretch in
                try ledger.connection.query(statement, [Value(stretch.from), Value(stretch.to)])
                    .rows.first?[0].integer ?? 0
            }
        } ?? []
    }

    /// The mean size of the bodies that were stored last, in bytes; nil if too few are stored to tell.
    func bodySize(of name: QualifiedName, ofAtLeast rows: Int) throws -> Double? {
        try read(name) { table, ledger in
            let row = try ledger.connection.query(MirrorSchema(table: table).bodySize).rows.first
            guard let count = row?[0].integer, count >= rows else { return nil }
            return row?[1].real
        } ?? nil
    }

    /// Stores the bodies of those rows that the mirror has: of the others it is not known whether they have ended.
    func storeKnownBodies(_ rows: [[Value]], of name: QualifiedName, at now: Instant) throws {
        try change(name) { table, connection in
            let lookup = try connection.statement(MirrorSchema(table: table).lookup)
            let known = try rows.filter { row in
                guard row.count == table.table.columns.count else { return false }
                for (place, position) in table.keyPositions.enumerated() {
                    try lookup.bind(row[position], at: place + 1)
                }
                defer { lookup.reset() }
                return try lookup.step()
            }
            try MirrorIngest(table: table, connection: connection).storeBodies(known, at: now)
        }
    }
}
