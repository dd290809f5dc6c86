import CCrypto

/// HMAC (RFC 2104) with SHA-256: the signatures of Slack's requests and of our own webhooks.
package enum HMACSHA256 {
    /// 32 bytes.
    package static func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.digestLength)
        var length = UInt32(code.count)
        // HMAC treats a null key as "the key of the last call", so an empty key still needs an address.
        let material = key.isEmpty ? [0] : key
        guard HMAC(EVP_sha256(), material, Int32(key.count), message, message.count, &code, &length) != nil else {
            fatalError("libcrypto has no SHA-256")
        }
        return code
    }
}

/// Compares secrets in a time that depends only on their length.
package func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
