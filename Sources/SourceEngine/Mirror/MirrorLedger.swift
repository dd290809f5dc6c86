import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// Reads and writes the state of a mirror file's tables. Every write belongs to a caller's transaction.
struct MirrorLedger {
    let connection: Connection

    func state(of table: MirrorTable) throws -> MirrorState {
        let row = try connection.query(
            "SELECT synced_at, fallback_since, head_at FROM mirror_state WHERE name = ?", [.text(table.table.name)]
        ).rows.first
        let newest = try connection.query(MirrorSchema(table: table).newest).rows.first?.first
        return MirrorState(
            coverage: try coverage(table.table.name), syncedAt: row?[0].instant, headAt: row?[2].instant,
            newest: newest.flatMap(TimeText.instant), fallbackSince: row?[1].instant)
    }

    /// A stream whose newest row is older than this may have rows on their way.
    static let oldTelemetry = Span.hours(1)
    /// A row that is further ahead of our clock does not show that rows arrive.
    private static let maxSkew = Span.minutes(10)

    /// The part of a window that the source was able to answer for, after its rows were written. The rest is read again.
    ///
    /// An empty answer is not believed if rows of the window are stored. Telemetry is not believed after its newest row while that
    /// row is old: rows may be on their way.
    func believed(_ answer: WindowAnswer, of table: MirrorTable, at now: Instant) throws -> Interval? {
        let (schema, window) = (MirrorSchema(table: table), answer.window)
        if answer.isEmpty, try !connection.query(schema.anyRow, [Value(window.from), Value(window.to)]).isEmpty {
            return nil
        }
        guard table.hasRollups else { return window }
        let found = try connection.query(schema.newestUntil, [Value(now + Self.maxSkew)]).rows.first?.first
        guard let newest = found.flatMap(TimeText.instant) else { return nil }
        guard now - newest > Self.oldTelemetry else { return window }
        let known = Interval(from: window.from, to: min(window.to, newest))
        return known.isEmpty ? nil : known
    }

    func newest(of table: MirrorTable, trace: String) throws -> Instant? {
        guard let statement = MirrorSchema(table: table).newestOfTrace else { return nil }
        return try connection.query(statement, [.text(trace)]).rows.first?.first.flatMap(TimeText.instant)
    }

    /// The number of rows in the interval that have not ended, and the interval of their starts; nil if all have.
    func openRows(of table: MirrorTable, in interval: Interval) throws -> (span: Interval?, open: Int, all: Int) {
        let row = try connection.query(
            MirrorSchema(table: table).openRows, [Value(interval.from), Value(interval.to)]
        ).rows.first
        let (open, all) = (row?[2].integer ?? 0, row?[3].integer ?? 0)
        guard let first = row?[0].instant, let last = row?[1].instant else { return (nil, open, all) }
        return (Interval(from: first, to: last + .milliseconds(1)), open, all)
    }

    /// Over the newest covered interval, at most one day.
    func rowsPerHour(of table: MirrorTable) throws -> Double? {
        guard let newest = try coverage(table.table.name).intervals.last else { return nil }
        let from = max(newest.from, newest.to - .days(1))
        let count = try connection.query(MirrorSchema(table: table).countSince, [Value(from)]).rows.first?[0].integer
        let hours = (newest.to - from).seconds / 3600
        return hours > 0 ? count.map { Double($0) / hours } : nil
    }

    /// Of a table or a rollup.
    func coverage(_ name: String) throws -> IntervalSet {
        let rows = try connection.query("SELECT from_at, to_at FROM mirror_coverage WHERE name = ?", [.text(name)]).rows
        return IntervalSet(
            rows.compactMap { row in
                guard let from = row[0].instant, let to = row[1].instant else { return nil }
                return Interval(from: from, to: to)
            })
    }

    func cover(_ interval: Interval, name: String) throws {
        var coverage = try coverage(name)
        coverage.insert(interval)
        try store(coverage, name: name)
    }

    func store(_ coverage: IntervalSet, name: String) throws {
        let name = Value.text(name)
        try connection.run("DELETE FROM mirror_coverage WHERE name = ?", [name])
        for interval in coverage.intervals {
            try connection.run(
                "INSERT INTO mirror_coverage VALUES (?, ?, ?)", [name, Value(interval.from), Value(interval.to)])
        }
    }

    /// Counts one more call of a day; false if the limit is reached.
    func takeCall(name: String, day: String, maximum: Int) throws -> Bool {
        let known = try connection.query(
            "SELECT calls FROM mirror_calls WHERE name = ? AND day = ?", [.text(name), .text(day)])
        let calls = known.rows.first?[0].integer ?? 0
        guard calls < maximum else { return false }
        try connection.run(
            "INSERT OR REPLACE INTO mirror_calls VALUES (?, ?, ?)", [.text(name), .text(day), Value(calls + 1)])
        return true
    }

    func setHead(_ table: MirrorTable, at moment: Instant) throws {
        try connection.run(
            "UPDATE mirror_state SET head_at = max(?, coalesce(head_at, '')) WHERE name = ?",
            [Value(moment), .text(table.table.name)])
    }

    func setSynced(_ table: MirrorTable, at now: Instant) throws {
        try connection.run(
            "UPDATE mirror_state SET synced_at = ? WHERE name = ?", [Value(now), .text(table.table.name)])
    }

    func setFallback(_ table: MirrorTable, since: Instant?) throws {
        try connection.run(
            "UPDATE mirror_state SET fallback_since = ? WHERE name = ?",
            [Value(since?.iso8601), .text(table.table.name)])
    }
}
