/// Reads `.env`: `KEY=value` lines, `export` before them, quotes, comments.
///
/// In double quotes `\n`, `\t`, `\"`, `\\` and `\$` are escapes; in single quotes nothing is. Without quotes a `#` after
/// a space begins a comment. Nothing is expanded.
package enum DotEnv {
    package static func parse(_ text: String, file: String) throws(ConfigurationError) -> [String: String] {
        var values: [String: String] = [:]
        var problems: [String] = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (number, line) in lines.enumerated() {
            switch Line(line) {
            case .blank: continue
            case .assignment(let name, let value): values[name] = value
            // A line is never quoted in the message: it may hold a secret.
            case .broken(let reason): problems.append("\(file), line \(number + 1): \(reason)")
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return values
    }

    private enum Line {
        case blank
        case assignment(String, String)
        case broken(String)

        init(_ line: Substring) {
            var rest = line.drop(while: \.isWhitespace)
            if rest.first == "\u{FEFF}" { rest = rest.dropFirst() }
            guard let first = rest.first, first != "#" else {
                self = .blank
                return
            }
            if rest.hasPrefix("export ") || rest.hasPrefix("export\t") {
                rest = rest.dropFirst(7).drop(while: \.isWhitespace)
            }
            guard let equals = rest.firstIndex(of: "=") else {
                self = .broken("there is no \"=\". Write KEY=value, or begin the line with #.")
                return
            }
            let name = rest[..<equals]
            guard Line.isName(name) else {
                self = .broken(
                    "what stands before \"=\" is no name. Use letters, digits and underscores, without spaces.")
                return
            }
            self = Line.value(rest[rest.index(after: equals)...].drop(while: \.isWhitespace), of: String(name))
        }

        private static func isName(_ name: Substring) -> Bool {
            guard let first = name.first, !first.isNumber else { return false }
            return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }

        private static func value(_ text: Substring, of name: String) -> Line {
            guard let quote = text.first, quote == "\"" || quote == "'" else {
                return .assignment(name, unquoted(text))
            }
            var value = ""
            var rest = text.dropFirst()
            while let character = rest.popFirst() {
                if character == quote {
                    let after = rest.drop(while: \.isWhitespace)
                    guard after.isEmpty || after.first == "#" else {
                        return .broken("text follows the closing quote of \(name). Put the whole value in quotes.")
                    }
                    return .assignment(name, value)
                }
                if character == "\\", quote == "\"", let escaped = rest.popFirst() {
                    value += Self.escapes[escaped] ?? "\\\(escaped)"
                } else {
                    value.append(character)
                }
            }
            return .broken("the quote of \(name) is not closed. Add \(quote) at the end.")
        }

        private static let escapes: [Character: String] = [
            "n": "\n", "t": "\t", "r": "\r", "\"": "\"", "\\": "\\", "$": "$",
        ]

        private static func unquoted(_ text: Substring) -> String {
            var value = ""
            for character in text {
                if character == "#", value.isEmpty || value.last?.isWhitespace == true { break }
                value.append(character)
            }
            while value.last?.isWhitespace == true { value.removeLast() }
            return value
        }
    }
}
