/// Secrets inside of base64.
extension SecretScan {
    /// The run of base64 encodes a text with a secret in it. The text may begin at any of the four places of a group, because
    /// what stands before it may be of the same alphabet.
    func encodesSecret(_ run: Range<Int>) -> Bool {
        // Digests and identifiers.
        guard end(of: [.hexadecimal, .dash], from: run.lowerBound) < run.upperBound else { return false }
        return (0..<4).contains { shift in
            let bytes = Self.decoded(text[run].dropFirst(shift))
            guard Self.hasWords(bytes) else { return false }
            var scan = SecretScan(PlainReading(bytes), shapes: shapes, isDecoded: true)
            scan.run()
            return !scan.found.isEmpty || shift == 0 && Self.isKeyDocument(bytes)
        }
    }

    /// `user:password`
    func isUserAndPassword(_ value: ArraySlice<UInt8>) -> Bool {
        let bytes = Self.decoded(value)
        return bytes.count >= 5 && bytes.allSatisfy { (0x20..<0x7F).contains($0) } && bytes.contains(UInt8(ascii: ":"))
    }

    /// Twelve signs in a row, which other bytes than those of a text hardly ever have.
    private static func hasWords(_ bytes: [UInt8]) -> Bool {
        var run = 0
        for byte in bytes {
            run = (0x20..<0x7F).contains(byte) ? run + 1 : 0
            if run == 12 { return true }
        }
        return false
    }

    /// The head of a web token, or one of Grafana's old keys.
    private static func isKeyDocument(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "{\"alg\":\"".utf8) || bytes.starts(with: "{\"typ\":\"JWT\"".utf8)
            || bytes.starts(with: "{\"k\":\"".utf8)
    }

    private static func decoded(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(digits.count)
        let values = values
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard digit != UInt8(ascii: "=") else { break }
            bits = bits << 6 | UInt32(values[Int(digit)])
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, digit) in alphabet.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()
}
