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
            let line = Self.decoded(String(decoding: coded, as: UTF8.self))
            if line.utf8.count <= Self.longestEntry, known.insert(line).inserted { entries.append(line) }
        }
        entries.reverse()
    }

    /// One entry per line; a line break is `\n`, a backslash `\\`.
    package var encoded: String { entries.map(Self.encoded).joined() }

    /// One entry of the file, with a line break.
    package static func encoded(_ line: String) -> String {
        var coded = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\": coded.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": coded.append(contentsOf: "\\n".unicodeScalars)
            default: coded.append(scalar)
            }
        }
        coded.append("\n")
        return String(coded)
    }

    private static func decoded(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                line.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                line.append(scalar)
            }
        }
        return String(line)
    }
}
