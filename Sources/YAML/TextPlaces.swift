/// The positions of the bytes of a text, by the lines that libyaml counts (YAML 1.1, §4.2).
struct TextPlaces {
    /// The position after the last character.
    let end: Mark

    init(_ bytes: [UInt8]) {
        end = Self.mark(of: bytes.count, in: bytes)
    }

    /// The position, clamped to the end: libyaml adds a line break to a last line without one.
    func within(_ mark: Mark) -> Mark { mark.line > end.line ? end : mark }

    /// The position of the byte at an offset.
    static func mark(of offset: Int, in bytes: some RandomAccessCollection<UInt8>) -> Mark {
        var mark = Mark(line: 1, column: 1)
        var rest = bytes.prefix(offset)
        while let byte = rest.first {
            let count = lengthOfBreak(rest)
            if count > 0 {
                mark = Mark(line: mark.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                mark.column += 1
            }
            rest = rest.dropFirst(max(1, count))
        }
        return mark
    }

    /// The length of the line break at the start of a text; 0 if there is none.
    private static func lengthOfBreak(_ bytes: some Collection<UInt8>) -> Int {
        switch bytes.first {
        case 0x0A: 1
        case 0x0D: bytes.dropFirst().first == 0x0A ? 2 : 1
        case 0xC2: bytes.dropFirst().first == 0x85 ? 2 : 0
        case 0xE2: bytes.starts(with: [0xE2, 0x80, 0xA8]) || bytes.starts(with: [0xE2, 0x80, 0xA9]) ? 3 : 0
        default: 0
        }
    }
}
