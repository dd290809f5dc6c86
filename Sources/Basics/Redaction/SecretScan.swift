/// One pass over a text that finds the secrets in it.
struct SecretScan {
    let reading: PlainReading
    let text: [UInt8]
    let shapes: SecretShapes
    private let table = ByteClass.table
    /// What was decoded from base64 is not decoded again.
    private let isDecoded: Bool
    /// In ascending order, apart.
    private(set) var found: [Range<Int>] = []

    init(_ reading: PlainReading, shapes: SecretShapes, isDecoded: Bool = false) {
        self.reading = reading
        text = reading.bytes
        self.shapes = shapes
        self.isDecoded = isDecoded
    }

    mutating func run() {
        var at = 0
        var runEnd = 0
        let end = text.count
        let (text, table, shapes) = (text, table, shapes)
        while at < end {
            let kind = table[Int(text[at])]
            if kind.contains(.separator), let range = valueBehindSeparator(at) {
                at = note(range, from: at)
                continue
            }
            if at + 2 < end {
                let key = SecretShapes.key(text[at], text[at + 1], text[at + 2])
                if shapes.hasAny(key), let range = secret(at, of: shapes[key]) {
                    at = note(range, from: at)
                    continue
                }
            }
            if !isDecoded, at >= runEnd, kind.overlaps(.base64) {
                runEnd = self.end(of: .base64, from: at)
                if runEnd - at >= 20, encodesSecret(at..<runEnd) {
                    at = note(at..<withPadding(runEnd), from: at)
                    continue
                }
            }
            at += 1
        }
    }

    /// Returns where the scan goes on.
    private mutating func note(_ range: Range<Int>, from at: Int) -> Int {
        let start = max(range.lowerBound, found.last?.upperBound ?? 0)
        if start < range.upperBound { found.append(start..<range.upperBound) }
        return max(at + 1, range.upperBound)
    }

    func end(of kind: ByteClass, from start: Int, limit: Int = .max) -> Int {
        let (text, table) = (text, table)
        var at = start
        let stop = limit < text.count - start ? start + limit : text.count
        while at < stop, table[Int(text[at])].overlaps(kind) { at += 1 }
        return at
    }

    func has(_ kind: ByteClass, at index: Int) -> Bool {
        index >= 0 && index < text.count && table[Int(text[index])].overlaps(kind)
    }

    // MARK: Shapes

    private func secret(_ at: Int, of candidates: [SecretShape]) -> Range<Int>? {
        for shape in candidates {
            guard let isExact = match(shape.prefix, at: at) else { continue }
            let startsWord = at == 0 || !has(.word, at: at - 1) || reading.isAfterGap(at)
            let body = at + shape.prefix.count
            if let range = secret(at, body, of: shape, isPlain: isExact && startsWord, isExact: isExact) {
                return range
            }
        }
        return nil
    }

    /// Whether the prefix stands here, in its own case or in another; nil if it does not.
    func match(_ prefix: [UInt8], at start: Int) -> Bool? {
        guard prefix.count <= text.count - start else { return nil }
        var isExact = true
        var offset = 0
        while offset < prefix.count {
            let (byte, expected) = (text[start + offset], prefix[offset])
            offset += 1
            if byte == expected { continue }
            guard byte ^ expected == 0x20, table[Int(byte)].overlaps(.letter) else { return nil }
            isExact = false
        }
        return isExact
    }

    /// `isPlain`: the prefix is spelled as documented and begins a word.
    private func secret(_ at: Int, _ body: Int, of shape: SecretShape, isPlain: Bool, isExact: Bool) -> Range<Int>? {
        switch shape.kind {
        case .known:
            return isExact ? at..<body : nil
        case .key(let least, let alphabet):
            return key(at, body, least: least, alphabet: alphabet, isPlain: isPlain, isOrdinary: shape.isOrdinary)
        case .hexadecimal(let count):
            let end = end(of: .hexadecimal, from: body)
            guard end - body == count, !has(.word, at: end) else { return nil }
            return shape.isOrdinary && isPartOfName(at) ? nil : at..<end
        case .webToken: return webToken(at, body, isPlain: isPlain)
        case .webhook:
            let end = trimmed(body..<end(of: .path.union(.separator), from: body))
            return end - body >= 8 ? body..<end : nil
        case .keyBlock: return keyBlock(at, body)
        case .scheme: return scheme(body)
        case .option: return valueOfOption(at)
        case .azureSecret:
            let end = end(of: .dotted, from: body, limit: 40)
            guard at >= 3, end - body >= 31, (at - 3..<at).allSatisfy({ has(.dotted, at: $0) }) else { return nil }
            return at - 3..<end
        }
    }

    private func key(
        _ at: Int, _ body: Int, least: Int, alphabet: ByteClass, isPlain: Bool, isOrdinary: Bool
    ) -> Range<Int>? {
        let end = trimmed(body..<end(of: alphabet, from: body))
        guard end - body >= least else { return nil }
        let statistics = ByteStatistics(text[body..<end])
        let isKey: Bool
        if !isOrdinary {
            isKey = isPlain || statistics.count >= 16 && statistics.digits > 0 && statistics.longestRun >= 8
        } else if isPlain {
            isKey = least > 8 ? statistics.longestRun >= 16 : statistics.isKeyLike
        } else if least == 16, statistics.count != 16 {
            isKey = statistics.isRandom
        } else {
            // `task-` and a digest is the name of a task.
            isKey =
                statistics.isRandom && !statistics.isHexadecimal
                && (!endsOrdinaryWord(at) || statistics.longestRun >= 40)
        }
        return isKey ? at..<end : nil
    }

    /// `cache-key-` and a digest is the name of an entry.
    private func isPartOfName(_ at: Int) -> Bool {
        guard at > 0, !reading.isAfterGap(at) else { return false }
        if text[at - 1] == UInt8(ascii: "-") { return has(.letter, at: at - 2) && has(.letter, at: at - 3) }
        return has(.word, at: at - 1)
    }

    /// Without the full stop of the sentence.
    private func trimmed(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, has([.dot, .separator], at: end - 1) { end -= 1 }
        return end
    }

    /// The letters before `sk-` make it `task-`, `risk-`, …
    private func endsOrdinaryWord(_ at: Int) -> Bool {
        let before = text[max(0, at - 3)..<at].map { $0 | 0x20 }
        return ["ta", "a", "ri", "di", "de", "ma", "la", "io", "hi", "du", "hu", "tu", "mu", "ba", "ca"].contains {
            before.reversed().starts(with: $0.utf8.reversed())
        } && !reading.isAfterGap(at)
    }

    private func webToken(_ at: Int, _ body: Int, isPlain: Bool) -> Range<Int>? {
        let first = end(of: .token, from: body)
        guard first - body >= 8, first < text.count, text[first] == UInt8(ascii: ".") else { return nil }
        let end = trimmed(at..<end(of: .dotted, from: body))
        let parts = text[at..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[1].count >= (isPlain ? 4 : 10), isPlain || parts.count >= 3 else { return nil }
        return at..<end
    }

    /// Up to its end; a block without an end up to a quotation mark, which none contains, or the end of the text.
    private func keyBlock(_ at: Int, _ body: Int) -> Range<Int> {
        var close = body
        var isEnding = false
        let ending = Array("-----END ".utf8)
        while close < text.count, text[close] != UInt8(ascii: "\"") {
            if text[close] == UInt8(ascii: "-"), match(ending, at: close) != nil {
                isEnding = true
                close += ending.count
            } else if isEnding, text[close] == UInt8(ascii: "-"), text[close...].starts(with: "-----".utf8) {
                return at..<close + 5
            } else {
                close += 1
            }
        }
        return at..<close
    }

    /// A value behind `Bearer` or `Basic`.
    private func scheme(_ body: Int) -> Range<Int>? {
        let end = trimmed(body..<end(of: [.word, .dash, .slash, .dot], from: body))
        let value = text[body..<end]
        let statistics = ByteStatistics(value)
        guard value.count >= 8, statistics.isRandom || statistics.longestRun >= 20 || isUserAndPassword(value) else {
            return nil
        }
        return body..<withPadding(end)
    }

    func withPadding(_ end: Int) -> Int {
        var end = end
        while end < text.count, text[end] == UInt8(ascii: "=") { end += 1 }
        return end
    }
}
