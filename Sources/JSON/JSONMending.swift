/// Rewrites two valid forms of JSON that simdjson rejects, so that one odd value does not invalidate a page.
///
/// Integers that do not fit 64 bits get an exponent and become floating point numbers. A lone `\uD83D`, which remains when a
/// provider truncates a text within an emoji, becomes the replacement character.
struct JSONMending {
    private let source: ArraySlice<UInt8>
    private var position: Int
    private var result: [UInt8] = []

    /// The corrected copy; equal to the original if nothing needs a correction.
    static func mended(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var mending = JSONMending(source: bytes, position: bytes.startIndex)
        mending.result.reserveCapacity(bytes.count + 64)
        mending.run()
        return mending.result
    }

    private init(source: ArraySlice<UInt8>, position: Int) {
        self.source = source
        self.position = position
    }

    private mutating func run() {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "-"), 0x30...0x39: number()
            default: copy(1)
            }
        }
    }

    private mutating func number() {
        let token = source[position...].prefix { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        let isLongInteger = token.count >= 19 && !token.contains { ".eE".utf8.contains($0) }
        copy(token.count)
        if isLongInteger { result += Array("e0".utf8) }
    }

    private mutating func string() {
        copy(1)
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""): return copy(1)
            case UInt8(ascii: "\\"): escape()
            default: copy(1)
            }
        }
    }

    private mutating func escape() {
        guard let unit = codeUnit(at: position) else { return copy(2) }
        switch unit {
        case 0xD800...0xDBFF:
            let isPair = codeUnit(at: position + 6).map { (0xDC00...0xDFFF).contains($0) } ?? false
            if isPair { copy(12) } else { replaceEscape() }
        case 0xDC00...0xDFFF: replaceEscape()
        default: copy(6)
        }
    }

    private mutating func replaceEscape() {
        result += Array("\\ufffd".utf8)
        position += 6
    }

    /// The number of an escape `\u0000` at this position; nil for anything else.
    private func codeUnit(at start: Int) -> Int? {
        guard start + 6 <= source.endIndex, source[start] == UInt8(ascii: "\\"), source[start + 1] == UInt8(ascii: "u")
        else { return nil }
        return Int(String(decoding: source[start + 2..<start + 6], as: UTF8.self), radix: 16)
    }

    private func peek() -> UInt8? { position < source.endIndex ? source[position] : nil }

    private mutating func copy(_ count: Int) {
        let end = min(position + count, source.endIndex)
        result += source[position..<end]
        position = end
    }
}
