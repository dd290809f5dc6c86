/// Decodes bytes to Unicode scalars as they arrive. Invalid bytes become U+FFFD.
struct ScalarAssembly {
    /// The beginning of a character whose other bytes have not arrived.
    private var bytes: [UInt8] = []

    var isOpen: Bool { !bytes.isEmpty }

    mutating func take(_ byte: UInt8) -> [Unicode.Scalar] {
        let isContinuation = byte & 0xC0 == 0x80
        let cut = isContinuation ? [] : decode()
        bytes.append(byte)
        return cut + (bytes.count < Self.length(of: bytes[0]) ? [] : decode())
    }

    private mutating func decode() -> [Unicode.Scalar] {
        defer { bytes = [] }
        return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    private static func length(of lead: UInt8) -> Int {
        switch lead {
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 1
        }
    }
}
