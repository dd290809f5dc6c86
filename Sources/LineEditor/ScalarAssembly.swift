/// Decodes bytes to Unicode scalars as they arrive. Each invalid byte becomes U+FFFD.
struct ScalarAssembly {
    private var value: UInt32 = 0
    private var missing = 0
    private var least: UInt32 = 0

    /// True within a character whose remaining bytes have not arrived.
    var isOpen: Bool { missing > 0 }

    mutating func take(_ byte: UInt8) -> [Unicode.Scalar] {
        guard missing > 0 else { return start(byte) }
        guard byte & 0xC0 == 0x80 else {
            missing = 0
            return [Self.replacement] + start(byte)
        }
        value = value << 6 | UInt32(byte & 0x3F)
        missing -= 1
        guard missing == 0 else { return [] }
        guard value >= least, let scalar = Unicode.Scalar(value) else { return [Self.replacement] }
        return [scalar]
    }

    private mutating func start(_ byte: UInt8) -> [Unicode.Scalar] {
        switch byte {
        case 0..<0x80: return [Unicode.Scalar(byte)]
        case 0xC2..<0xE0: (missing, value, least) = (1, UInt32(byte & 0x1F), 0x80)
        case 0xE0..<0xF0: (missing, value, least) = (2, UInt32(byte & 0x0F), 0x800)
        case 0xF0..<0xF5: (missing, value, least) = (3, UInt32(byte & 0x07), 0x1_0000)
        default: return [Self.replacement]
        }
        return []
    }

    private static let replacement: Unicode.Scalar = "\u{FFFD}"
}
