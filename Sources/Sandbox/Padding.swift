/// An empty JSON list of a given size: its brackets with spaces between them.
enum Padding {
    private static let (open, space, close) = (UInt8(ascii: "["), UInt8(ascii: " "), UInt8(ascii: "]"))

    static func list(bytes: Int) -> String {
        "[" + String(repeating: " ", count: max(0, bytes - 2)) + "]"
    }

    /// The same in the zlib format (RFC 1950): one block of deflate (RFC 1951) with the fixed codes, in which each run of 258
    /// spaces takes thirteen bits.
    static func compressedList(bytes: Int) -> [UInt8] {
        let spaces = max(1, bytes - 2)
        var bits = BitWriter([0x78, 0x9C])
        bits.append(0b1, count: 1)  // the last block
        bits.append(0b01, count: 2)  // fixed codes
        for byte in [open, space] { bits.appendCode(0x30 + Int(byte), count: 8) }
        bits.appendRuns((spaces - 1) / 258)
        for _ in 0..<(spaces - 1) % 258 { bits.appendCode(0x30 + Int(space), count: 8) }
        bits.appendCode(0x30 + Int(close), count: 8)
        bits.appendCode(0, count: 7)  // the end of the block
        return bits.finished + checksum(spaces: spaces)
    }

    /// Adler-32 of the list: of the sum of its bytes, and of the sum of those sums.
    private static func checksum(spaces count: Int) -> [UInt8] {
        let first = 1 + Int(open)
        let sum = first + Int(space) * (count % 65_521) + Int(close)
        let triangle = count % 2 == 0 ? count / 2 % 65_521 * (count + 1) : (count + 1) / 2 % 65_521 * count
        let sums = first + first * count + Int(space) * (triangle % 65_521) + sum
        let value = UInt32(sums % 65_521 << 16 | sum % 65_521)
        return (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}

/// Deflate's bit order: numbers from their lowest bit, Huffman codes from their highest.
private struct BitWriter {
    private var bytes: [UInt8]
    private var pending: UInt32 = 0
    private var pendingCount: UInt32 = 0

    init(_ head: [UInt8]) { bytes = head }

    mutating func append(_ value: UInt32, count: UInt32) {
        pending |= value << pendingCount
        pendingCount += count
        while pendingCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingCount -= 8
        }
    }

    mutating func appendCode(_ code: Int, count: Int) {
        for bit in (0..<count).reversed() { append(UInt32(code >> bit & 1), count: 1) }
    }

    /// `count` repetitions of the byte before, 258 at a time. Eight of them are whole bytes, which come again and again.
    mutating func appendRuns(_ count: Int) {
        var rest = count
        func appendOne(_ writer: inout BitWriter) {
            writer.appendCode(0b1100_0101, count: 8)  // length 258
            writer.appendCode(0, count: 5)  // distance 1
        }
        while rest > 0, rest % 8 != 0 || rest == count {
            appendOne(&self)
            rest -= 1
        }
        guard rest > 0 else { return }
        let start = bytes.count
        for _ in 0..<8 { appendOne(&self) }
        let group = bytes[start...]
        bytes.reserveCapacity(bytes.count + group.count * rest / 8)
        for _ in 1..<max(1, rest / 8) { bytes += group }
    }

    var finished: [UInt8] {
        pendingCount == 0 ? bytes : bytes + [UInt8(truncatingIfNeeded: pending)]
    }
}
