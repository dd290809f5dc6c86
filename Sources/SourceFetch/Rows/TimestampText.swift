import Basics

/// Times of every provider as ISO 8601 in UTC with milliseconds and `Z`.
enum TimestampText {
    /// The instant of an epoch in seconds, rounded up to a millisecond, so that a bound includes it. Nil outside the calendar.
    static func instant(seconds: Double) -> Instant? {
        guard abs(seconds) < 253_402_300_800 else { return nil }
        // A double holds today's microseconds exactly enough to round to, milliseconds not to cut off.
        let instant = Instant(milliseconds: Int64(((seconds * 1e6).rounded() / 1000).rounded(.down)))
        return Instant.calendar.contains(instant) ? instant : nil
    }

    /// An epoch in seconds, milliseconds or microseconds, distinguished by its size.
    static func instant(epoch: Double) -> Instant? {
        let size = abs(epoch)
        return instant(seconds: size < 1e11 ? epoch : size < 1e14 ? epoch / 1000 : epoch / 1_000_000)
    }

    /// The normalised text of a time; nil if it is not a time.
    static func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        if isNormal(bytes) { return String(decoding: bytes, as: UTF8.self) }
        let text = String(decoding: bytes, as: UTF8.self)
        if let instant = Instant(iso8601: text) { return instant.iso8601 }
        return Double(text).flatMap(instant(epoch:))?.iso8601
    }

    /// `2026-11-24T03:00:00.000Z`, the form of most rows, which needs no conversion.
    private static func isNormal(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == 24 else { return false }
        func number(_ range: Range<Int>) -> Int {
            var value = 0
            for position in range {
                let digit = Int(bytes[position]) - 0x30
                guard (0...9).contains(digit) else { return Int.max / 100 }
                value = value * 10 + digit
            }
            return value
        }
        let (month, day) = (number(5..<7), number(8..<10))
        let hasDay = day <= 28 || (month != 2 && day <= 30) || (day == 31 && [1, 3, 5, 7, 8, 10, 12].contains(month))
        return bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
            && bytes[13] == UInt8(ascii: ":") && bytes[16] == UInt8(ascii: ":") && bytes[19] == UInt8(ascii: ".")
            && bytes[23] == UInt8(ascii: "Z") && number(0..<4) <= 9999 && (1...12).contains(month)
            && day >= 1 && hasDay && number(11..<13) < 24 && number(14..<16) < 60
            && number(17..<19) < 60 && number(20..<23) < 1000
    }
}
