import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// Writes rows into a mirror and updates the rollups, within the caller's transaction.
struct MirrorIngest {
    /// A body longer than this is cut. Detectors skip outputs of more than a million bytes, so none judges a cut one.
    static let bodyLimit = 1 << 20
    /// Bodies are read again when they are needed after this time.
    private static let bodyRetention = Span.days(8)

    let table: MirrorTable
    let connection: Connection
    private let schema: MirrorSchema

    init(table: MirrorTable, connection: Connection) {
        self.table = table
        self.connection = connection
        schema = MirrorSchema(table: table)
    }

    /// Upserts rows; the later of two with the same key wins. Returns the number of rows that were rejected because they have no key.
    func write(_ rows: [[Value]], at now: Instant) throws -> Int {
        guard !rows.isEmpty else { return 0 }
        let upsert = try connection.statement(schema.upsert)
        let lookup = try table.hasRollups || table.hasBodies ? connection.statement(schema.lookup) : nil
        let wrappers = MirrorWrappers(table)
        var (touched, nested) = (TouchedRollups(), Set<String>())
        var rejected = 0
        for row in rows {
            guard row.count == table.table.columns.count, !table.keyPositions.contains(where: { row[$0].isNull }) else {
                rejected += 1
                continue
            }
            if let lookup { try noteStored(row, lookup, &touched) }
            for (place, position) in table.storedPositions.enumerated() {
                try upsert.bind(stored(row[position], position), at: place + 1)
            }
            _ = try upsert.step()
            upsert.reset()
            if table.hasRollups, let trace = table.tracePosition {
                touched.note(time: stored(row[table.timePosition], table.timePosition), trace: row[trace])
                if let id = row[trace].text, wrappers?.mayBeRepeated(row) ?? false { nested.insert(id) }
            }
        }
        if table.hasBodies {
            // Where the provider sends bodies with the rows, a row without one has none.
            let bodies = table.bodyPositions
            let hasBodies = rows.contains { row in bodies.contains { row.indices.contains($0) && !row[$0].isNull } }
            if hasBodies { try storeBodies(rows, at: now) }
        }
        if table.hasRollups {
            let marked = try wrappers?.mark(nested, on: connection) ?? []
            try MirrorRollups(table: table).recompute(
                hours: touched.hours.union(marked), traces: touched.traces, on: connection, at: now)
        }
        return rejected
    }

    private func stored(_ value: Value, _ position: Int) -> Value {
        if case .text = value { return TimeText.normalized(value) }
        guard position == table.timePosition, table.mirror.bounds.format == .iso8601 || isTimestamp(position),
            let instant = TimeText.instant(value)
        else { return value }
        return Value(instant)
    }

    private func isTimestamp(_ position: Int) -> Bool { table.table.columns[position].type == .timestamp }

    /// The hour and trace that the row stood under before also change; a body of an unfinished row is out of date.
    private func noteStored(_ row: [Value], _ lookup: Statement, _ touched: inout TouchedRollups) throws {
        for (place, position) in table.keyPositions.enumerated() { try lookup.bind(row[position], at: place + 1) }
        defer { lookup.reset() }
        guard try lookup.step() else { return }
        if table.hasRollups { touched.note(time: lookup.value(at: 0), trace: lookup.value(at: 1)) }
        guard table.hasBodies, let end = table.position(of: "end_time"),
            TimeText.normalized(row[end]) != lookup.value(at: 2)
        else { return }
        try connection.run(schema.bodyRemoval, table.keyPositions.map { row[$0] })
    }

    /// Caches the bodies of the rows. A row whose bodies are all NULL is cached too, because it was requested.
    func storeBodies(_ rows: [[Value]], at now: Instant) throws {
        guard table.hasBodies, !rows.isEmpty else { return }
        let statement = try connection.statement(schema.bodyUpsert)
        for row in rows where row.count == table.table.columns.count {
            let values = table.keyPositions.map { row[$0] } + table.bodyPositions.map { Self.cut(row[$0]) }
            try statement.bind(values + [Value(now)])
            _ = try statement.step()
            statement.reset()
        }
    }

    /// The text truncated to the limit, at a character boundary.
    static func cut(_ value: Value) -> Value {
        guard case .text(let text) = value, text.utf8.count > bodyLimit else { return value }
        return .text(String(decoding: text.utf8.prefix(bodyLimit), as: UTF8.self))
    }

    /// Removes rows older than the retention, by complete hours, so that no hour keeps a part of its rows.
    func expire(before moment: Instant, ledger: MirrorLedger, at now: Instant) throws {
        let horizon = moment.startOfHour
        if table.hasBodies {
            try connection.run(schema.bodyExpiry, [Value(max(moment, now - Self.bodyRetention))])
        }
        var coverage = try ledger.coverage(table.table.name)
        guard let start = coverage.start, start < horizon else { return }
        let bound = Value(horizon)
        if table.hasRollups, let expired = schema.expiredTraces {
            let traces = Set(try connection.query(expired, [bound]).rows.compactMap { $0[0].text })
            try connection.run(schema.expiry, [bound])
            try MirrorRollups(table: table).recompute(hours: [], traces: traces, on: connection, at: now)
            try MirrorRollups(table: table).expire(before: horizon.iso8601, on: connection)
        } else {
            try connection.run(schema.expiry, [bound])
        }
        coverage.remove(Interval(from: Instant(milliseconds: .min / 2), to: horizon))
        try ledger.store(coverage, name: table.table.name)
    }
}

/// Which hours and traces a batch changes.
struct TouchedRollups {
    private(set) var hours: Set<String> = []
    private(set) var traces: Set<String> = []
    private var lastTime = ""
    private var lastTrace = ""

    mutating func note(time: Value, trace: Value) {
        if case .text(let text) = time, text.utf8.count >= 13 {
            let hour = text.utf8.prefix(13)
            if !lastTime.utf8.elementsEqual(hour) {
                lastTime = String(decoding: hour, as: UTF8.self)
                hours.insert(lastTime)
            }
        }
        if case .text(let text) = trace, text != lastTrace {
            lastTrace = text
            traces.insert(text)
        }
    }
}
