import CCrypto

package enum SHA256 {
    package static let digestLength = 32

    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLength)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            fatalError("libcrypto has no SHA-256")
        }
        return digest
    }
}
