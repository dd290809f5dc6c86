/// An empty JSON list of a given size: its brackets with spaces between them.
enum Padding {
    private static let (open, space, close) = (UInt8(ascii: "["), UInt8(ascii: " "), UInt8(ascii: "]"))

    static func list(bytes: Int) -> String {
        "[" + String(repeating: " ", count: max(0, bytes - 2)) + "]"
    }

    /// The same in the gzip format (RFC 1952): one block of deflate (RFC 1951) with the fixed codes, in which each run of
    /// 258 spaces takes thirteen bits.
    static func compressedList(bytes: Int) -> [UInt8] {
        let spaces = max(1, bytes - 2)
        var bits = BitWriter([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF])
        bits.append(0b1, count: 1)  // the last block
        bits.append(0b01, count: 2)  // fixed codes
        for byte in [open, space] { bits.appendCode(0x30 + Int(byte), count: 8) }
        bits.appendRuns((spaces - 1) / 258)
        for _ in 0..<(spaces - 1) % 258 { bits.appendCode(0x30 + Int(space), count: 8) }
        bits.appendCode(0x30 + Int(close), count: 8)
        bits.appendCode(0, count: 7)  // the end of the block
        let checksum = CRC32.start.after(open).after(space, times: spaces).after(close).value
        return bits.finished + littleEndian(checksum) + littleEndian(UInt32(truncatingIfNeeded: spaces + 2))
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
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

/// The checksum of gzip. What a byte does to it is an affine map over bits, so a byte that comes n times is that map's nth
/// power, which takes as many steps as n has digits.
private struct CRC32 {
    private var state: UInt32

    static let start = CRC32(state: 0xFFFF_FFFF)

    var value: UInt32 { ~state }

    private struct Map {
        /// What becomes of each bit alone.
        var columns: [UInt32]
        var constant: UInt32

        func linear(_ state: UInt32) -> UInt32 {
            var result: UInt32 = 0
            for bit in 0..<32 where state >> UInt32(bit) & 1 == 1 { result ^= columns[bit] }
            return result
        }

        func applied(to state: UInt32) -> UInt32 { linear(state) ^ constant }

        var squared: Map { Map(columns: columns.map(linear), constant: applied(to: constant)) }

        init(columns: [UInt32], constant: UInt32) {
            (self.columns, self.constant) = (columns, constant)
        }

        init(of byte: UInt8) {
            let zero = CRC32(state: 0).after(byte).state
            constant = zero
            columns = (0..<32).map { CRC32(state: 1 << UInt32($0)).after(byte).state ^ zero }
        }
    }

    func after(_ byte: UInt8) -> CRC32 {
        var state = state ^ UInt32(byte)
        for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 1 ? 0xEDB8_8320 : 0) }
        return CRC32(state: state)
    }

    func after(_ byte: UInt8, times: Int) -> CRC32 {
        var (result, map, rest) = (self, Map(of: byte), times)
        while rest > 0 {
            if rest & 1 == 1 { result.state = map.applied(to: result.state) }
            map = map.squared
            rest >>= 1
        }
        return result
    }
}
