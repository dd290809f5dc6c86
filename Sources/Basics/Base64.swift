import FoundationEssentials

/// Base64 of RFC 4648.
package enum Base64 {
    package static func encode(_ text: String) -> String { encode(Array(text.utf8)) }
    package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The text that was encoded, in either alphabet and with padding and line breaks or not; nil for anything else.
    package static func decode(_ text: String) -> String? {
        let digits = text.filter { !$0.isWhitespace && $0 != "=" }.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        return Data(base64Encoded: digits + padding).map { String(decoding: $0, as: UTF8.self) }
    }
}
