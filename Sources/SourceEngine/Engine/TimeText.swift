import Basics

/// The one form in which every time is stored and compared: `2026-11-24T03:00:00.000Z`, which sorts as time does.
enum TimeText {
    /// `text` in the one form, when it names a moment with a time of day; else nil.
    static func normalised(_ text: String) -> String? {
        let bytes = text.utf8
        guard bytes.count >= 16, bytes.count <= 40, mayBeTime(text) else { return nil }
        if isNormal(text) { return text }
        return Instant(iso8601: text)?.iso8601
    }

    /// Already in the one form.
    static func isNormal(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.count == 24 && bytes[23] == UInt8(ascii: "Z") && bytes[19] == UInt8(ascii: ".")
                && bytes[10] == UInt8(ascii: "T") && bytes[4] == UInt8(ascii: "-")
        }
    }

    private static func mayBeTime(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-") && bytes[13] == UInt8(ascii: ":")
                && (bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "))
        }
    }

    /// The moment that a value of any provider's form names: ISO 8601, or seconds (milliseconds) since 1970.
    static func instant(_ value: Value) -> Instant? {
        if let instant = value.instant { return instant }
        guard let number = value.real, number.isFinite, abs(number) < 1e15 else { return nil }
        let instant = abs(number) >= 1e11 ? Instant(milliseconds: Int64(number)) : Instant(seconds: number)
        return Instant.calendar.contains(instant) ? instant : nil
    }

    /// The value, with a time in the one form.
    static func normalised(_ value: Value) -> Value {
        guard case .text(let text) = value, let normal = normalised(text) else { return value }
        return .text(normal)
    }
}
