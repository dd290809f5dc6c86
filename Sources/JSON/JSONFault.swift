/// Finds the position of the error in a document that simdjson rejected, which simdjson does not report. Slow; for errors only.
struct JSONFault {
    static func error(in bytes: [UInt8], isNumber: Bool) -> JSONError {
        if let offset = firstByteOutsideUTF8(bytes) { return JSONError(kind: .encoding, at: offset, in: bytes) }
        var reader = JSONFault(bytes: bytes)
        guard !reader.document() else { return JSONError(kind: isNumber ? .number : .syntax) }
        if reader.isTooDeep { return JSONError(kind: .tooDeep) }
        let isTruncated = reader.offset >= bytes.count
        return JSONError(kind: isTruncated ? .truncated : .syntax, at: reader.offset, in: bytes)
    }

    private static func firstByteOutsideUTF8(_ bytes: [UInt8]) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }

    private let bytes: [UInt8]
    private(set) var offset = 0
    private var depth = 0
    private var isTooDeep = false

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func document() -> Bool {
        guard value() else { return false }
        skipSpace()
        return offset == bytes.count
    }

    private mutating func value() -> Bool {
        skipSpace()
        isTooDeep = depth >= JSONDocument.maxDepth
        guard !isTooDeep, let byte = peek() else { return false }
        switch byte {
        case UInt8(ascii: "{"): return list(closedBy: UInt8(ascii: "}"), hasNames: true)
        case UInt8(ascii: "["): return list(closedBy: UInt8(ascii: "]"), hasNames: false)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func list(closedBy end: UInt8, hasNames: Bool) -> Bool {
        offset += 1
        depth += 1
        defer { depth -= 1 }
        skipSpace()
        if take(end) { return true }
        while true {
            if hasNames {
                skipSpace()
                guard peek() == UInt8(ascii: "\""), string() else { return false }
                skipSpace()
                guard take(UInt8(ascii: ":")) else { return false }
            }
            guard value() else { return false }
            skipSpace()
            if take(end) { return true }
            guard take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func string() -> Bool {
        offset += 1
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return true
            case UInt8(ascii: "\\"):
                guard escape() else { return false }
            case 0..<0x20: return false
            default: offset += 1
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        offset += 1
        guard let byte = peek() else { return false }
        if take(UInt8(ascii: "u")) {
            for _ in 0..<4 {
                guard let digit = peek(), Character(UnicodeScalar(digit)).isHexDigit else { return false }
                offset += 1
            }
            return true
        }
        guard "\"\\/bfnrt".utf8.contains(byte) else { return false }
        offset += 1
        return true
    }

    private mutating func number() -> Bool {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), !digits() { return false }
        if take(UInt8(ascii: ".")), !digits() { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = offset
        while let byte = peek(), (0x30...0x39).contains(byte) { offset += 1 }
        return offset > start
    }

    private mutating func word(_ text: String) -> Bool {
        for byte in text.utf8 where !take(byte) { return false }
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        offset += 1
        return true
    }
}
