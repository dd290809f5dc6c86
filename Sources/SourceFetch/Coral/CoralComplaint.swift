/// Coral's output on standard error after a failure, in one of two forms.
///
/// Up to 0.1.x: `Error: ` and a gRPC status as Rust prints it, `status: NotFound, message: "…", details: …`. Later:
/// lines that start with `Error: `, `Detail: ` and `Hint: `. Wrong usage prints `error: …`, with exit status 2.
struct CoralComplaint: Hashable, Sendable {
    /// One line: `Source rate limit exceeded (429)`.
    var summary: String
    /// Often the provider's own words.
    var detail = ""
    var hint = ""
    /// The name of the gRPC status, if there is one: `FailedPrecondition`.
    var code = ""

    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("Error: ") }) else {
            let words = lines.first { $0.hasPrefix("error: ") }?.dropFirst("error: ".count)
            summary = words.map { String($0) } ?? lines.joined(separator: " ")
            return
        }
        let words = lines[start...].joined(separator: "\n").dropFirst("Error: ".count)
        if let message = Self.message(ofStatus: words) {
            summary = message
            code = Self.code(ofStatus: words)
        } else {
            let (rest, hint) = Self.cut(words, at: "\nHint: ")
            let (summary, detail) = Self.cut(rest, at: "\nDetail: ")
            (self.summary, self.detail, self.hint) = (String(summary), String(detail), String(hint))
        }
    }

    /// The complete output, to search for words.
    var words: String { "\(summary) \(detail)" }

    /// The text before the first occurrence of the mark, and the text after it.
    private static func cut(_ text: Substring, at mark: String) -> (Substring, Substring) {
        guard let place = text.firstRange(of: mark) else { return (text, "") }
        return (text[..<place.lowerBound], text[place.upperBound...])
    }

    // MARK: gRPC status

    /// The message without Rust's quotes and escapes; nil if the text is not a status.
    private static func message(ofStatus text: Substring) -> String? {
        guard let start = text.firstRange(of: "message: \""), !code(ofStatus: text).isEmpty else { return nil }
        var rest = text[start.upperBound...]
        var message = ""
        while let character = rest.popFirst(), character != "\"" {
            guard character == "\\", let escaped = rest.popFirst() else {
                message.append(character)
                continue
            }
            switch escaped {
            case "n": message.append("\n")
            case "r": message.append("\r")
            case "t": message.append("\t")
            case "0": message.append(" ")
            case "u": message.append(unicode(&rest))
            default: message.append(escaped)
            }
        }
        return message
    }

    /// `\u{1f600}`, with its `\u` taken already.
    private static func unicode(_ rest: inout Substring) -> Character {
        let digits = rest.prefix { $0 != "}" }
        rest = rest.dropFirst(digits.count + 1)
        return UInt32(digits.dropFirst(), radix: 16).flatMap(Unicode.Scalar.init).map(Character.init) ?? "\u{FFFD}"
    }

    /// `NotFound` of `status: NotFound, …`, `code: NotFound, …` or `code: 'Some requested entity was not found', …`.
    private static func code(ofStatus text: Substring) -> String {
        for mark in ["status: ", "code: "] {
            guard let message = text.firstRange(of: "message: "),
                let start = text[..<message.lowerBound].firstRange(of: mark)
            else { continue }
            let rest = text[start.upperBound...]
            guard rest.first == "'" else { return String(rest.prefix { $0.isLetter }) }
            let sentence = rest.dropFirst().prefix { $0 != "'" }
            return sentences.first { sentence.hasPrefix($0.0) }?.1 ?? "Unknown"
        }
        return ""
    }

    /// How later versions of the gRPC library spell the statuses that matter here.
    private static let sentences = [
        ("Client specified an invalid argument", "InvalidArgument"),
        ("Some requested entity was not found", "NotFound"),
        ("The system is not in a state required", "FailedPrecondition"),
        ("The service is currently unavailable", "Unavailable"),
        ("Operation is not implemented", "Unimplemented"),
        ("Deadline expired", "DeadlineExceeded"),
    ]
}
