/// What a byte can be a part of.
struct ByteClass: OptionSet {
    let rawValue: UInt8

    static let digit = ByteClass(rawValue: 1)
    static let upper = ByteClass(rawValue: 2)
    static let lower = ByteClass(rawValue: 4)
    static let hexadecimal = ByteClass(rawValue: 8)
    /// `-` and `_`, which are in most keys and in the alphabet of URLs for base64.
    static let dash = ByteClass(rawValue: 16)
    /// `+` and `/` of base64.
    static let slash = ByteClass(rawValue: 32)
    static let dot = ByteClass(rawValue: 64)
    /// `=` and `:`, which separate a name from a value, and `>`, which ends a tag.
    static let separator = ByteClass(rawValue: 128)

    static let letter: ByteClass = [.upper, .lower]
    static let word: ByteClass = [.upper, .lower, .digit]
    static let token: ByteClass = [.upper, .lower, .digit, .dash]
    static let base64: ByteClass = [.upper, .lower, .digit, .dash, .slash]
    static let dotted: ByteClass = [.upper, .lower, .digit, .dash, .dot]
    static let path: ByteClass = [.upper, .lower, .digit, .dash, .slash, .dot]

    func overlaps(_ other: ByteClass) -> Bool { rawValue & other.rawValue != 0 }

    static let table: [ByteClass] = (0...255).map { (byte: UInt8) in
        switch byte {
        case 0x30...0x39: [.digit, .hexadecimal]
        case 0x41...0x46: [.upper, .hexadecimal]
        case 0x47...0x5A: .upper
        case 0x61...0x66: [.lower, .hexadecimal]
        case 0x67...0x7A: .lower
        case UInt8(ascii: "-"), UInt8(ascii: "_"): .dash
        case UInt8(ascii: "+"), UInt8(ascii: "/"): .slash
        case UInt8(ascii: "."): .dot
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: ">"): .separator
        default: []
        }
    }
}

/// What the letters and digits of a text look like.
struct ByteStatistics {
    private(set) var count = 0
    private(set) var digits = 0
    private(set) var letters = 0
    /// The longest run of letters and digits.
    private(set) var longestRun = 0
    /// How often a digit follows a letter, or a letter a digit.
    private(set) var digitChanges = 0
    /// How often lower case, upper case and digits change.
    private(set) var classChanges = 0
    private(set) var isHexadecimal = true

    init(_ bytes: ArraySlice<UInt8>) {
        let table = ByteClass.table
        var run = 0
        var last: ByteClass = []
        for byte in bytes {
            let kind = table[Int(byte)]
            count += 1
            let now = kind.intersection(.word)
            if now.isEmpty {
                run = 0
            } else {
                run += 1
                longestRun = max(longestRun, run)
                if now == .digit { digits += 1 } else { letters += 1 }
                if !kind.contains(.hexadecimal) { isHexadecimal = false }
                if !last.isEmpty, last != now {
                    classChanges += 1
                    if last == .digit || now == .digit { digitChanges += 1 }
                }
            }
            last = now
        }
    }

    /// No name that a person chose looks so.
    var isRandom: Bool {
        longestRun >= 16 && digits > 0 && letters > 0 && (digitChanges >= 3 || classChanges * 100 >= count * 45)
    }

    /// Long enough for a key, or with digits, as names seldom are.
    var isKeyLike: Bool { longestRun >= 16 || longestRun >= 8 && digits > 0 }
}
