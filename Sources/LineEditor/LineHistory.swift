/// The lines that were entered, oldest first: each once, and no more than a bound.
package struct LineHistory: Hashable, Sendable {
    package private(set) var entries: [String] = []
    package let limit: Int

    /// A longer line is not kept.
    package static let longestEntry = 1 << 16

    package init(limit: Int = 1000) {
        self.limit = limit
    }

    /// Puts a line at the end; where it stood before, it stands no more. False where it is not worth keeping.
    @discardableResult
    package mutating func add(_ line: String) -> Bool {
        guard line.contains(where: { !$0.isWhitespace }), line.utf8.count <= Self.longestEntry else { return false }
        entries.removeAll { $0 == line }
        entries.append(line)
        if entries.count > limit { entries.removeFirst(entries.count - limit) }
        return true
    }

    // MARK: the file's form

    /// Reads the form of ``encoded``; bytes that are no UTF-8 become U+FFFD.
    package init(decoding bytes: some Sequence<UInt8>, limit: Int = 1000) {
        self.init(limit: limit)
        // From the newest on, so that each line is looked at once.
        var known: Set<String> = []
        for coded in Array(bytes).split(separator: UInt8(ascii: "\n")).reversed() where entries.count < limit {
            let line = Self.decoded(String(decoding: coded, as: UTF8.self))
            if line.utf8.count <= Self.longestEntry, known.insert(line).inserted { entries.append(line) }
        }
        entries.reverse()
    }

    /// One entry a line; a line break inside is `\n`, a backslash `\\`.
    package var encoded: String { entries.map(Self.encoded).joined() }

    /// One entry of the file, with its line break.
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
