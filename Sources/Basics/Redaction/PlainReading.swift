/// A text as its reader sees it, in ASCII: without characters that nobody sees, with full-width signs, look-alike dashes, percent
/// encodings, character references and JSON's escapes as the signs that they stand for. Other characters are 0xFF.
///
/// It knows where each of its bytes begins in the text, so that what is found in it can be masked there.
struct PlainReading {
    private(set) var bytes: [UInt8]
    /// Where each byte begins; the highest bit says that unseen characters stand before it. Empty if nothing had to be read anew.
    private var starts: [UInt32] = []
    private let end: Int
    private static let gap: UInt32 = 1 << 31

    init(_ original: [UInt8]) {
        end = original.count
        guard original.contains(where: { Self.isSpecial[Int($0)] }), end < Self.gap else {
            bytes = original
            return
        }
        bytes = []
        bytes.reserveCapacity(end)
        starts.reserveCapacity(end)
        read(original)
    }

    func place(of index: Int) -> Int {
        guard !starts.isEmpty, index < bytes.count else { return index < bytes.count ? index : end }
        return Int(starts[index] & ~Self.gap)
    }

    /// Where the sign ends that this byte stands for; unseen characters behind it stay.
    func end(of index: Int, in original: [UInt8]) -> Int {
        let start = place(of: index)
        return starts.isEmpty || !Self.isSpecial[Int(original[start])]
            ? start + 1 : start + Self.unit(of: original, at: start).length
    }

    func isAfterGap(_ index: Int) -> Bool {
        !starts.isEmpty && index < starts.count && starts[index] & Self.gap != 0
    }

    /// How many bytes of the text this one stands for: an escaped quotation mark has two.
    func width(of index: Int) -> Int { place(of: index + 1) - place(of: index) }

    private static let isSpecial: [Bool] = (0...255).map { (byte: UInt8) in
        switch byte {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F..., UInt8(ascii: "\\"), UInt8(ascii: "%"), UInt8(ascii: "&"): true
        default: false
        }
    }

    private mutating func read(_ original: [UInt8]) {
        let end = end
        let isSpecial = Self.isSpecial
        var starts: [UInt32] = []
        bytes = Array(unsafeUninitializedCapacity: end) { bytes, count in
            starts = Array(unsafeUninitializedCapacity: end) { starts, startCount in
                var at = 0
                var gap: UInt32 = 0
                while at < end {
                    var unit: Unit = (original[at], 1)
                    if isSpecial[Int(original[at])] { unit = Self.unit(of: original, at: at) }
                    if let seen = unit.byte {
                        bytes.initializeElement(at: count, to: seen)
                        starts.initializeElement(at: count, to: UInt32(at) | gap)
                        count += 1
                        gap = 0
                    } else {
                        gap = Self.gap
                    }
                    at += unit.length
                }
                startCount = count
            }
        }
        self.starts = starts
    }

    /// A sign and the bytes that it takes; nil if nobody sees it.
    private typealias Unit = (byte: UInt8?, length: Int)

    private static func unit(of text: [UInt8], at: Int) -> Unit {
        switch text[at] {
        case 0x1B: (nil, terminalSequence(in: text, at: at))
        case 0..<0x20, 0x7F: (nil, 1)
        case UInt8(ascii: "\\"): escape(in: text, at: at)
        case UInt8(ascii: "%"): percent(in: text, at: at)
        case UInt8(ascii: "&"): reference(in: text, at: at)
        default: scalar(in: text, at: at)
        }
    }

    /// `ESC [ 31 m`.
    private static func terminalSequence(in text: [UInt8], at: Int) -> Int {
        guard at + 1 < text.count, text[at + 1] == UInt8(ascii: "[") else { return 1 }
        var end = at + 2
        while end < text.count, end < at + 32, (0x20...0x3F).contains(text[end]) { end += 1 }
        return end < text.count && (0x40...0x7E).contains(text[end]) ? end + 1 - at : 1
    }

    /// JSON within JSON has more backslashes before the same sign.
    private static func escape(in text: [UInt8], at: Int) -> Unit {
        var sign = at + 1
        while sign < text.count, text[sign] == UInt8(ascii: "\\") { sign += 1 }
        let slashes = sign - at
        guard sign < text.count else { return (text[at], slashes) }
        switch text[sign] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"): return (0x0A, slashes + 1)
        case UInt8(ascii: "t"): return (0x20, slashes + 1)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"): return (text[sign], slashes + 1)
        case UInt8(ascii: "u"):
            if sign + 1 < text.count, text[sign + 1] == UInt8(ascii: "{") {
                let number = number(in: text, from: sign + 2, atMost: 6, radix: 16)
                let end = sign + 2 + number.length
                guard number.length > 0, end < text.count, text[end] == UInt8(ascii: "}") else { break }
                return (plain(number.value), end + 1 - at)
            }
            let number = number(in: text, from: sign + 1, atMost: 4, radix: 16)
            if number.length == 4 { return (plain(number.value), slashes + 5) }
        case UInt8(ascii: "x"):
            let number = number(in: text, from: sign + 1, atMost: 2, radix: 16)
            if number.length == 2 { return (plain(number.value), slashes + 3) }
        default: break
        }
        return (text[at], slashes)
    }

    private static func percent(in text: [UInt8], at: Int) -> Unit {
        let number = number(in: text, from: at + 1, atMost: 2, radix: 16)
        guard number.length == 2, number.value < 0x80 else { return (text[at], 1) }
        return (plain(number.value), 3)
    }

    /// `&#45;`, `&#x2d;`, `&quot;`.
    private static func reference(in text: [UInt8], at: Int) -> Unit {
        for (name, byte) in [("&amp;", "&"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">")]
            as [(String, Unicode.Scalar)]
        where text[at...].starts(with: name.utf8) {
            return (UInt8(ascii: byte), name.utf8.count)
        }
        guard at + 2 < text.count, text[at + 1] == UInt8(ascii: "#") else { return (text[at], 1) }
        let isHexadecimal = text[at + 2] | 0x20 == UInt8(ascii: "x")
        let start = at + (isHexadecimal ? 3 : 2)
        let number = number(in: text, from: start, atMost: 7, radix: isHexadecimal ? 16 : 10)
        let end = start + number.length
        guard number.length > 0, end < text.count, text[end] == UInt8(ascii: ";") else { return (text[at], 1) }
        return (plain(number.value), end + 1 - at)
    }

    private static func number(in text: [UInt8], from start: Int, atMost count: Int, radix: UInt32) -> (
        value: UInt32, length: Int
    ) {
        var value: UInt32 = 0
        var length = 0
        while length < count, start + length < text.count {
            let byte = text[start + length]
            let digit: UInt32
            switch byte {
            case 0x30...0x39: digit = UInt32(byte) - 0x30
            case 0x41...0x46 where radix == 16: digit = UInt32(byte) - 0x37
            case 0x61...0x66 where radix == 16: digit = UInt32(byte) - 0x57
            default: return (value, length)
            }
            value = value * radix + digit
            length += 1
        }
        return (value, length)
    }

    /// One character of UTF-8.
    private static func scalar(in text: [UInt8], at: Int) -> Unit {
        let first = text[at]
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard length > 1, at + length <= text.count else { return (0xFF, 1) }
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for byte in text[at + 1..<at + length] { value = value << 6 | UInt32(byte & 0x3F) }
        return (plain(value), length)
    }

    /// The sign that a reader takes the character for; nil if nobody sees it.
    private static func plain(_ scalar: UInt32) -> UInt8? {
        switch scalar {
        case 0x09, 0x0A, 0x0D: UInt8(scalar)
        case 0..<0x20, 0x7F..<0xA0: nil
        case 0..<0x7F: UInt8(scalar)
        // No-break spaces are no end of a word to a reader of bytes.
        case 0xA0, 0x202F, 0xAD, 0x0300...0x036F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF,
            0xFFA0:
            nil
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F, 0xFFF0...0xFFFB, 0xE0000...0xE0FFF: nil
        case 0x2000...0x200A, 0x205F, 0x3000: 0x20
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63: UInt8(ascii: "-")
        case 0x02CD: UInt8(ascii: "_")
        case 0x2215, 0x2044: UInt8(ascii: "/")
        case 0x2024: UInt8(ascii: ".")
        case 0x2018, 0x2019: UInt8(ascii: "'")
        case 0x201C...0x201F: UInt8(ascii: "\"")
        case 0xFF01...0xFF5E: UInt8(scalar - 0xFEE0)
        default: 0xFF
        }
    }
}
