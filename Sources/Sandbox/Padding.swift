/// A JSON list without members of a given size: its brackets with spaces between them.
enum Padding {
    static func list(bytes: Int) -> String {
        "[" + String(repeating: " ", count: max(0, bytes - 2)) + "]"
    }

    /// The same in the zlib format (RFC 1950), rounded up to the next 2064 bytes: one block of deflate (RFC 1951) with the
    /// fixed codes. Eight runs of 258 spaces take 13 bytes of it, the same each time.
    static func compressedList(bytes: Int) -> [UInt8] {
        let groups = max(1, (bytes + 2060) / 2064)
        let start: [UInt8] = [0x78, 0x9C, 0x8B, 0x56, 0x18]
        let runs: [UInt8] = [0x05, 0xA3, 0x60, 0x14, 0x8C, 0x82, 0x51, 0x30, 0x0A, 0x46, 0xC1, 0x28]
        let end: [UInt8] = runs + [0x88, 0x05, 0x00]
        return start + repeatElement(runs + [0x18], count: groups - 1).joined() + end
            + checksum(spaces: 2064 * groups + 1)
    }

    /// Adler-32 of the list: the sum of its bytes, and the sum of those sums.
    private static func checksum(spaces count: Int) -> [UInt8] {
        let (first, space) = (1 + 91, 32)
        let sum = first + space * count + 93
        let sums = first + first * count + space * (count * (count + 1) / 2 % 65_521) + sum
        let value = UInt32((sums % 65_521) << 16 | (sum % 65_521))
        return (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}
