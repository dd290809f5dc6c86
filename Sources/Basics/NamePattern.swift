/// The names that differ only by what belongs to a single run.
package enum NamePattern {
    /// A name without the parts of a single run: numbers, UUIDs and other hexadecimal identifiers become `#`. A word with at most
    /// `kept` digits stays as it is.
    package static func of(_ name: String, keepingDigits kept: Int = 0) -> String {
        var plain: [UInt8] = []
        for word in chunks(of: withoutUUIDs(Array(name.utf8.prefix(200)))) {
            let digits = word.count(where: \.isDigit)
            if word.count >= 6, digits >= 2, word.allSatisfy(\.isHexadecimal) {
                plain.append(mark)
            } else if digits <= kept {
                plain += word
            } else {
                for byte in word where !byte.isDigit || plain.last != mark { plain.append(byte.isDigit ? mark : byte) }
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// Names of one agent: a number of one or two digits belongs to the name, as in `agent-2`; a longer one is the id of a run.
    package static func ofAgent(_ name: String) -> String { of(name, keepingDigits: 2) }

    private static let mark = UInt8(ascii: "#")

    private static func withoutUUIDs(_ bytes: [UInt8]) -> [UInt8] {
        var (plain, place): ([UInt8], Int) = ([], 0)
        while place < bytes.count {
            let isOne =
                place + 36 <= bytes.count
                && (0..<36).allSatisfy { offset in
                    let byte = bytes[place + offset]
                    return [8, 13, 18, 23].contains(offset) ? byte == UInt8(ascii: "-") : byte.isHexadecimal
                }
            plain.append(isOne ? mark : bytes[place])
            place += isOne ? 36 : 1
        }
        return plain
    }

    /// Runs of ASCII letters and digits, and the text between them.
    private static func chunks(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var chunks: [ArraySlice<UInt8>] = []
        var start = 0
        for place in bytes.indices where place > start && bytes[place].isWord != bytes[place - 1].isWord {
            chunks.append(bytes[start..<place])
            start = place
        }
        return start < bytes.count ? chunks + [bytes[start...]] : chunks
    }
}

/// ASCII characters.
extension UInt8 {
    package var isDigit: Bool { (0x30...0x39).contains(self) }
    package var isHexadecimal: Bool { isDigit || (0x61...0x66).contains(lowercased) }
    /// A letter or digit.
    package var isWord: Bool { isDigit || (0x61...0x7A).contains(lowercased) }
    package var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
}
