/// A value in a parsed document: a word on simdjson's tape.
///
/// Valid only inside the closure that received it. Looking up a member compares bytes and does not allocate; only `string` and
/// `value` do. If several members have the same name, the first one is used.
package struct JSONView {
    package enum Kind: Sendable {
        case null, bool, integer, number, string, array, object

        /// As a message names it: `a list`.
        package var phrase: String {
            switch self {
            case .null: "null"
            case .bool: "a truth value"
            case .integer, .number: "a number"
            case .string: "a text"
            case .array: "a list"
            case .object: "an object"
            }
        }
    }

    let words: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    let index: Int

    var tag: UInt8 { UInt8(truncatingIfNeeded: words[index] >> 56) }
    private var payload: Int { Int(words[index] & 0x00FF_FFFF_FFFF_FFFF) }

    package var kind: Kind {
        switch tag {
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "l"): .integer
        case UInt8(ascii: "u"), UInt8(ascii: "d"): .number
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "["): .array
        default: .object
        }
    }

    package var isNull: Bool { tag == UInt8(ascii: "n") }

    package var bool: Bool? {
        switch tag {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The integer; nil for any other kind and beyond 64 bits.
    package var integer: Int64? {
        tag == UInt8(ascii: "l") ? Int64(bitPattern: words[index + 1]) : nil
    }

    /// The number, also of an integer.
    package var number: Double? {
        switch tag {
        case UInt8(ascii: "d"): Double(bitPattern: words[index + 1])
        case UInt8(ascii: "l"): Double(Int64(bitPattern: words[index + 1]))
        case UInt8(ascii: "u"): Double(words[index + 1])
        default: nil
        }
    }

    package var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The unescaped bytes of a string; nil for any other kind.
    package var utf8: UnsafeBufferPointer<UInt8>? {
        guard tag == UInt8(ascii: "\"") else { return nil }
        let start = strings + payload
        let count = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(count))
    }

    /// The word after this value.
    var next: Int {
        switch tag {
        case UInt8(ascii: "["), UInt8(ascii: "{"): Int(words[index] & 0xFFFF_FFFF)
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index + 2
        default: index + 1
        }
    }

    func at(_ index: Int) -> JSONView { JSONView(words: words, strings: strings, index: index) }
}

/// A member's name, created once for many lookups.
package struct JSONKey: Hashable, Sendable {
    package let name: String
    let bytes: [UInt8]

    package init(_ name: String) {
        self.name = name
        bytes = Array(name.utf8)
    }
}
