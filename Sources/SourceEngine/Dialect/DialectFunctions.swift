import Basics
import SQLiteKit
import SourceFetch

/// The functions of DataFusion that SQLite lacks. They return every time in the one form of ``TimeText``.
enum DialectFunctions {
    static func register(on connection: Connection) throws {
        try registerTimes(on: connection)
        try registerTexts(on: connection)
        try connection.registerAggregate("median", arity: 1) { Percentile(fraction: 0.5) }
        try connection.registerAggregate("percentile", arity: 2) { Percentile(fraction: nil) }
        try connection.registerAggregate("stddev", arity: 1) { Deviation() }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static func registerTimes(on connection: Connection) throws {
        try connection.register("time_shift", arity: 3) { values in
            guard let instant = try moment(values[0]), let interval = values[1].text.flatMap({ TimeInterval($0) })
            else { return .null }
            let sign: Int64 = values[2].integer ?? 1 < 0 ? -1 : 1
            guard let moment = interval.added(to: instant, sign: sign) else { throw beyond }
            return Value(moment)
        }
        try connection.register("date_trunc", arity: 2) { values in
            guard let unit = values[0].text else { return .null }
            return try truncated(values[1], to: unit.lowercased())
        }
        try connection.register("date_bin", arity: -1) { values in
            guard (2...3).contains(values.count), let instant = try moment(values[1]) else { return .null }
            guard let step = values[0].text.flatMap({ TimeInterval($0) }), step.months == 0, step.milliseconds > 0
            else {
                throw Failure(description: "date_bin requires a fixed duration, like INTERVAL '5 minutes'.")
            }
            let given = values.count == 3 ? try moment(values[2]) : nil
            let origin = given ?? Instant(milliseconds: 0)
            let since = Instant(milliseconds: (instant - origin).milliseconds)
            let bin = origin + .milliseconds(since.floored(to: .milliseconds(step.milliseconds)).milliseconds)
            guard Instant.calendar.contains(bin) else { throw beyond }
            return Value(bin)
        }
        try connection.register("date_part", arity: 2) { values in
            guard let field = values[0].text, let instant = try moment(values[1]) else { return .null }
            return try part(field, of: instant)
        }
        try connection.register("to_timestamp", arity: -1) { values in
            guard let first = values.first, let instant = try moment(first) else { return .null }
            return Value(instant)
        }
        for (name, factor) in [("from_unixtime", 1000.0), ("to_timestamp_millis", 1), ("to_timestamp_micros", 0.001)] {
            try connection.register(name, arity: 1) { values in
                guard let number = values[0].real, number.isFinite, abs(number * factor) < 1e15 else { return .null }
                let moment = Instant(milliseconds: Int64((number * factor).rounded()))
                return Instant.calendar.contains(moment) ? Value(moment) : .null
            }
        }
        try connection.register("to_date", arity: 1) { values in
            try moment(values[0]).map { .text(String($0.iso8601.prefix(10))) } ?? .null
        }
        try connection.register("to_unixtime", arity: 1) { values in
            try moment(values[0]).map { .integer($0.milliseconds / 1000) } ?? .null
        }
    }

    private static let beyond = Failure(description: "The time is before the year 0 or after the year 9999.")

    /// The instant of a value. A text that is not a time is an error, never NULL.
    private static func moment(_ value: Value) throws -> Instant? {
        guard !value.isNull else { return nil }
        guard let instant = TimeText.instant(value) else {
            throw Failure(description: "not a time: \"\(value.text?.prefix(40) ?? "a value")\".")
        }
        return instant
    }

    private static func truncated(_ value: Value, to unit: String) throws -> Value {
        func kept(_ count: Int, of text: String) -> Value {
            .text(String(decoding: Array(text.utf8.prefix(count)) + emptyTime.utf8.dropFirst(count), as: UTF8.self))
        }
        let count = keptBytes[unit]
        if let count, let text = value.text, TimeText.isNormal(text) { return kept(count, of: text) }
        guard let instant = try moment(value) else { return .null }
        let civil = instant.civil
        switch unit {
        case "week":
            let monday = (instant - .days(4)).floored(to: .days(7)) + .days(4)
            guard Instant.calendar.contains(monday) else { throw beyond }
            return Value(monday)
        case "quarter":
            let start = CivilTime(year: civil.year, month: (civil.month - 1) / 3 * 3 + 1, day: 1)
            return Value(Instant(milliseconds: start.milliseconds))
        default:
            if let count { return kept(count, of: instant.iso8601) }
            let units = "second, minute, hour, day, week, month, quarter or year"
            throw Failure(description: "date_trunc: unknown unit \"\(unit)\". Use \(units).")
        }
    }

    private static let emptyTime = "0000-01-01T00:00:00.000Z"
    /// How much of a normal time each unit keeps.
    private static let keptBytes = [
        "millisecond": 24, "second": 19, "minute": 16, "hour": 13, "day": 10, "month": 7, "year": 4,
    ]

    private static func part(_ field: String, of instant: Instant) throws -> Value {
        let civil = instant.civil
        let days = instant.floored(to: .days(1)).milliseconds / 86_400_000
        switch field.lowercased() {
        case "year": return Value(civil.year)
        case "quarter": return Value((civil.month - 1) / 3 + 1)
        case "month": return Value(civil.month)
        case "day": return Value(civil.day)
        case "hour": return Value(civil.hour)
        case "minute": return Value(civil.minute)
        case "second": return .real(Double(civil.second) + Double(civil.millisecond) / 1000)
        case "millisecond": return Value(civil.second * 1000 + civil.millisecond)
        case "epoch": return .real(instant.seconds)
        // 1970-01-01 was a Thursday; Sunday is 0.
        case "dow": return .integer(((days + 4) % 7 + 7) % 7)
        case "isodow": return .integer(((days + 3) % 7 + 7) % 7 + 1)
        case "doy":
            let start = CivilTime(year: civil.year, month: 1, day: 1).milliseconds
            return .integer((instant.milliseconds - start) / 86_400_000 + 1)
        default: throw Failure(description: "date_part: unknown field \"\(field)\".")
        }
    }
}
