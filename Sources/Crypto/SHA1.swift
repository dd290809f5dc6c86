import CCrypto

/// SHA-1, for the WebSocket handshake alone (RFC 6455, section 4.2.2). It protects nothing.
package enum SHA1 {
    package static let digestLength = 20

    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLength)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil) == 1 else {
            fatalError("libcrypto has no SHA-1")
        }
        return digest
    }
}
