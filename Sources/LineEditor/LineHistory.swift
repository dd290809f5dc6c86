/// The entered lines, oldest first, without duplicates and up to a limit.
package struct LineHistory: Hashable, Sendable {
    package private(set) var entries: [String] = []
    package let limit: Int

    /// Longer lines are not kept.
    package static let longestEntry = 1 << 16

    package init(limit: Int = 1000) {
        self.limit = limit
    }

    /// Appends a line and removes its earlier copy. False if it is not kept.
    @discardableResult
    package mutating func add(_ line: String) -> Bool {
        guard line.contains(where: { !$0.isWhitespace }), line.utf8.count <= Self.longestEntry else { return false }
        entries.removeAll { $0 == line }
        entries.append(line)
        if entries.count > limit { entries.removeFirst(entries.count - limit) }
        return true
    }

    // MARK: the file's form

    /// Decodes the form of ``encoded``; invalid UTF-8 becomes U+FFFD.
    package init(decoding bytes: some Sequence<UInt8>, limit: Int = 1000) {
        self.init(limit: limit)
        // From the newest line, so that each line is checked once.
        var known: Set<String> = []
        for coded in Array(bytes).split(separator: UInt8(ascii: "\n")).reversed() where entries.count < limit {
            let line = Self.decoded(coded)
            if line.utf8.count <= Self.longestEntry, known.insert(line).inserted { entries.append(line) }
        }
        entries.reverse()
    }

    /// One entry per line; a line break is `\n`, a backslash `\\`.
    package var encoded: String { entries.map(Self.encoded).joined() }

    /// One entry of the file, with a line break.
    package static func encoded(_ line: String) -> String {
        let coded = line.utf8.flatMap { byte in
            switch byte {
            case UInt8(ascii: "\\"): Array("\\\\".utf8)
            case UInt8(ascii: "\n"): Array("\\n".utf8)
            default: [byte]
            }
        }
        return String(decoding: coded + [UInt8(ascii: "\n")], as: UTF8.self)
    }

    private static func decoded(_ coded: some Sequence<UInt8>) -> String {
        var line: [UInt8] = []
        var isEscaped = false
        for byte in coded {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            line.append(isEscaped && byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
            isEscaped = false
        }
        return String(decoding: line, as: UTF8.self)
    }
}
