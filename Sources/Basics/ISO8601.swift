extension Instant {
    /// The years that four digits can represent: 0 to 9999.
    package static let calendar =
        Instant(milliseconds: -62_167_219_200_000)...Instant(milliseconds: 253_402_300_799_999)

    /// `2026-11-24T03:00:00.000Z`, for an instant within ``calendar``.
    package var iso8601: String { civil.text(separator: "T", suffix: "Z", milliseconds: true) }

    /// `2026-11-24T03:00:00Z`, the form of GitHub and Sentry.
    package var iso8601Seconds: String { civil.text(separator: "T", suffix: "Z", milliseconds: false) }

    /// Parses ISO 8601 with `T` or a space, a fraction of any length, and `Z`, `±hh:mm`, `±hhmm` or no zone (UTC).
    ///
    /// A date alone means midnight. Anything else is nil.
    package init?(iso8601 text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"),
            let day = reader.digits(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var moment = CivilTime(year: year, month: month, day: day)
        var offsetMinutes = 0
        if !reader.isAtEnd {
            guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.digits(2),
                reader.take(":"), let minute = reader.digits(2), hour < 24, minute < 60
            else { return nil }
            (moment.hour, moment.minute) = (hour, minute)
            if reader.take(":") {
                guard let second = reader.digits(2), second <= 60 else { return nil }
                moment.second = second
                if reader.take(".") || reader.take(",") {
                    guard let fraction = reader.fractionInMilliseconds() else { return nil }
                    moment.millisecond = fraction
                }
            }
            guard let offset = reader.zoneOffsetInMinutes() else { return nil }
            offsetMinutes = offset
        }
        guard reader.isAtEnd else { return nil }
        milliseconds = moment.milliseconds - Int64(offsetMinutes) * 60_000
        guard Self.calendar.contains(self) else { return nil }
    }

    /// The UTC calendar fields of this instant.
    package var civil: CivilTime { CivilTime(milliseconds: milliseconds) }
}

/// A date and time of day in UTC on the proleptic Gregorian calendar.
package struct CivilTime: Hashable, Sendable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var hour = 0
    package var minute = 0
    package var second = 0
    package var millisecond = 0

    package init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Days-to-civil after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    package init(milliseconds: Int64) {
        let days = (Double(milliseconds) / 86_400_000).rounded(.down)
        let withinDay = Int(milliseconds - Int64(days) * 86_400_000)
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        (hour, minute) = (withinDay / 3_600_000, withinDay / 60_000 % 60)
        (second, millisecond) = (withinDay / 1000 % 60, withinDay % 1000)
    }

    /// Civil-to-days after the same source.
    package var milliseconds: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = Int64(era * 146_097 + dayOfEra - 719_468)
        return days * 86_400_000 + Int64(hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond)
    }

    func text(separator: String, suffix: String, milliseconds: Bool) -> String {
        func padded(_ value: Int, _ width: Int) -> String { Format.padded(value, width) }
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        return date + separator + time + (milliseconds ? "." + padded(millisecond, 3) : "") + suffix
    }
}

private struct DigitReader<Bytes: Collection> where Bytes.Element == UInt8 {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = nextDigit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func fractionInMilliseconds() -> Int? {
        guard let first = nextDigit() else { return nil }
        var (value, place) = (first * 100, 10)
        while let digit = nextDigit() {
            value += digit * place
            place /= 10
        }
        return value
    }

    mutating func zoneOffsetInMinutes() -> Int? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = digits(2) else { return nil }
        _ = take(":")
        guard let minutes = isAtEnd ? 0 : digits(2) else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func nextDigit() -> Int? {
        guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
        rest = rest.dropFirst()
        return Int(byte) - 0x30
    }
}

extension Instant: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Instant(iso8601: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not an ISO 8601 time")
        }
        self = instant
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso8601)
    }
}
