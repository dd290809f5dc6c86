package import Basics

/// Times of every provider in the one form in which they are stored and compared: `2026-11-24T03:00:00.000Z`, which sorts by time.
package enum TimeText {
    /// The instant of an epoch in seconds, rounded down to a millisecond. Nil outside the calendar.
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

    /// The instant of an ISO 8601 text or an epoch.
    package static func instant(_ value: Value) -> Instant? {
        value.instant ?? value.real.flatMap(instant(epoch:))
    }

    /// A time or an epoch in the one form; nil if it is neither.
    static func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        if isNormal(bytes) { return text }
        return (Instant(iso8601: text) ?? Double(text).flatMap(instant(epoch:)))?.iso8601
    }

    /// A text with a date and a time of day in the one form; nil for any other text.
    package static func normalized(_ text: String) -> String? {
        guard (16...40).contains(text.utf8.count) else { return nil }
        var text = text
        let mayBeTime = text.withUTF8 { bytes in
            bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-") && bytes[13] == UInt8(ascii: ":")
        }
        guard mayBeTime else { return nil }
        return text.withUTF8(isNormal) ? text : Instant(iso8601: text)?.iso8601
    }

    /// The value; a time in the one form.
    package static func normalized(_ value: Value) -> Value {
        value.text.flatMap(normalized).map(Value.text) ?? value
    }

    /// Already in the one form, as in most rows, so that no conversion is needed.
    package static func isNormal(_ text: String) -> Bool {
        var text = text
        return text.withUTF8(isNormal)
    }

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
        return zip([4, 7, 10, 13, 16, 19, 23], "--T::.Z".utf8).allSatisfy { bytes[$0] == $1 } && number(0..<4) <= 9999
            && (1...12).contains(month) && day >= 1 && hasDay && number(11..<13) < 24 && number(14..<16) < 60
            && number(17..<19) < 60 && number(20..<23) < 1000
    }
}
