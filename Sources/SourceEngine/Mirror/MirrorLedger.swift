import Basics
import SQLiteKit
import SourceSpec

/// Reads and writes what a mirror file remembers of its tables. Every write belongs to a caller's transaction.
struct MirrorLedger {
    let connection: Connection

    func state(of table: MirrorTable) throws -> MirrorState {
        var state = MirrorState()
        state.coverage = try coverage(of: table)
        let row = try connection.query(
            "SELECT synced_at, fallback_since FROM mirror_state WHERE name = ?", [.text(table.table.name)]
        ).rows.first
        state.syncedAt = row?[0].instant
        state.fallbackSince = row?[1].instant
        let newest = try connection.query(MirrorSchema(table: table).newest).rows.first?.first
        state.newest = newest.flatMap(TimeText.instant)
        return state
    }

    /// How many rows of the stretch have not ended, and from which to which they start; nil when all have.
    func openRows(of table: MirrorTable, in stretch: Interval) throws -> (span: Interval?, open: Int, all: Int) {
        let row = try connection.query(
            MirrorSchema(table: table).openRows, [Value(stretch.from), Value(stretch.to)]
        ).rows.first
        let (open, all) = (Int(row?[2].integer ?? 0), Int(row?[3].integer ?? 0))
        guard let first = row?[0].instant, let last = row?[1].instant else { return (nil, open, all) }
        return (Interval(from: first, to: last + .milliseconds(1)), open, all)
    }

    /// Over the newest covered interval, at most one day.
    func rowsPerHour(of table: MirrorTable) throws -> Double? {
        guard let newest = try coverage(of: table).intervals.last else { return nil }
        let from = max(newest.from, newest.to - .days(1))
        let count = try connection.query(MirrorSchema(table: table).countSince, [Value(from)]).rows.first?[0].integer
        let hours = (newest.to - from).seconds / 3600
        return hours > 0 ? count.map { Double($0) / hours } : nil
    }

    func coverage(of table: MirrorTable) throws -> IntervalSet { try coverage(named: table.table.name) }

    func coverage(named name: String) throws -> IntervalSet {
        let rows = try connection.query("SELECT from_at, to_at FROM mirror_coverage WHERE name = ?", [.text(name)]).rows
        return IntervalSet(
            rows.compactMap { row in
                guard let from = row[0].instant, let to = row[1].instant else { return nil }
                return Interval(from: from, to: to)
            })
    }

    func cover(_ interval: Interval, of table: MirrorTable) throws {
        var coverage = try coverage(of: table)
        coverage.insert(interval)
        try store(coverage, of: table)
    }

    func store(_ coverage: IntervalSet, of table: MirrorTable) throws { try store(coverage, named: table.table.name) }

    func store(_ coverage: IntervalSet, named name: String) throws {
        let name = Value.text(name)
        try connection.run("DELETE FROM mirror_coverage WHERE name = ?", [name])
        for interval in coverage.intervals {
            try connection.run(
                "INSERT INTO mirror_coverage VALUES (?, ?, ?)", [name, Value(interval.from), Value(interval.to)])
        }
    }

    /// Counts one more call of a day; false if the limit is reached.
    func takeCall(named name: String, day: String, maximum: Int) throws -> Bool {
        let known = try connection.query(
            "SELECT calls FROM mirror_calls WHERE name = ? AND day = ?", [.text(name), .text(day)])
        let calls = known.rows.first?[0].integer ?? 0
        guard calls < maximum else { return false }
        try connection.run(
            "INSERT OR REPLACE INTO mirror_calls VALUES (?, ?, ?)", [.text(name), .text(day), Value(calls + 1)])
        return true
    }

    func setSynced(_ table: MirrorTable, at now: Instant) throws {
        try connection.run(
            "UPDATE mirror_state SET synced_at = ? WHERE name = ?", [Value(now), .text(table.table.name)])
    }

    func setFallback(_ table: MirrorTable, since: Instant?) throws {
        try connection.run(
            "UPDATE mirror_state SET fallback_since = ? WHERE name = ?",
            [since.map { Value($0) } ?? .null, .text(table.table.name)])
    }
}
