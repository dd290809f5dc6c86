package import Basics

/// A statement with typed parameters, kept as a file `NAME.sql` that begins with comments.
package struct SavedQuestion: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        package enum Kind: String, CaseIterable, Hashable, Sendable { case text, integer, number, time }

        package var name: String
        package var kind: Kind
        /// As it is typed; nil if the parameter is required.
        package var standard: String?
    }

    package let name: String
    /// What it answers, one sentence; may be empty.
    package let sentence: String
    package let parameters: [Parameter]
    package let sql: String

    /// Reads the text of a file.
    package init(_ name: String, text: String) throws(QuestionProblem) {
        var (sentences, parameters, rest): ([String], [Parameter], [String]) = ([], [], [])
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { String($0) }
        for (number, line) in lines.enumerated() {
            let plain = line.trimmed
            guard rest.isEmpty, plain.isEmpty || plain.hasPrefix("--") else {
                rest.append(line)
                continue
            }
            let comment = String(plain.dropFirst(2)).trimmed
            if comment.hasPrefix("@") {
                parameters.append(try Self.parameter(comment.dropFirst(), of: "\(name).sql:\(number + 1)"))
            } else if !comment.isEmpty {
                sentences.append(comment)
            }
        }
        (self.name, sentence, self.parameters) = (name, sentences.joined(separator: " "), parameters)
        sql = rest.joined(separator: "\n").trimmed
        guard !sql.isEmpty else { throw QuestionProblem("\(name).sql has no statement.") }
        let declared = Set(parameters.map(\.name))
        for used in Self.used(in: sql) where !declared.contains(used) {
            throw QuestionProblem(
                "\(name).sql uses :\(used), which it does not declare. Add a line: -- @\(used) text")
        }
    }

    /// `feature text`, `since time = 24h`
    private static func parameter(_ text: Substring, of place: String) throws(QuestionProblem) -> Parameter {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let words = halves[0].split(separator: " ")
        let kinds = Parameter.Kind.allCases.map(\.rawValue)
        guard words.count == 2, let first = words[0].first, first.isLetter || first == "_",
            words[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else {
            throw QuestionProblem("\(place): a parameter is a name and a type: -- @feature text")
        }
        guard let kind = Parameter.Kind(rawValue: String(words[1])) else {
            throw QuestionProblem(
                "\(place): unknown type \"\(words[1])\". Use one of: \(kinds.joined(separator: ", ")).")
        }
        return Parameter(
            name: String(words[0]), kind: kind, standard: halves.count > 1 ? String(halves[1]).trimmed : nil)
    }

    private static func used(in sql: String) -> [String] {
        SQLLexer(sql).tokens.filter { $0.kind == .parameter }.map { String($0.text.dropFirst()) }
    }

    // MARK: asking

    /// The statement with its parameters as literals. A value is read by its type and quoted; it never becomes SQL.
    ///
    /// - Parameter values: `key=value` words, as they are typed.
    package func statement(_ values: [String], now: Instant) throws(QuestionProblem) -> String {
        var given: [String: String] = [:]
        for word in values {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw QuestionProblem("\"\(word)\" is not key=value.")
            }
            guard parameters.contains(where: { $0.name == parts[0] }) else {
                let nearest = Suggestion.nearest(to: parts[0], among: parameters.map(\.name))
                let hint = nearest.map { " Did you mean \"\($0)\"?" } ?? ""
                throw QuestionProblem("\(name) has no parameter \"\(parts[0])\".\(hint)")
            }
            guard given.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw QuestionProblem("The parameter \(parts[0]) is given twice.")
            }
        }
        var literals: [String: String] = [:]
        for parameter in parameters {
            guard let text = given[parameter.name] ?? parameter.standard else {
                throw QuestionProblem(
                    "Missing parameter \(parameter.name) (\(parameter.kind.rawValue)). Add \(parameter.name)=VALUE.")
            }
            literals[parameter.name] = try Self.literal(text, parameter, now: now)
        }
        return Self.replaced(sql, by: literals)
    }

    private static func literal(_ text: String, _ parameter: Parameter, now: Instant) throws(QuestionProblem) -> String
    {
        func invalid(_ example: String) -> QuestionProblem {
            QuestionProblem(
                "Invalid value \"\(text)\" for \(parameter.name), which is of type \(parameter.kind.rawValue). "
                    + "Use a value like \(example).")
        }
        switch parameter.kind {
        case .text:
            guard !text.unicodeScalars.contains("\0") else { throw invalid("support-bot") }
            return "'\(text.replacing("'", with: "''"))'"
        case .integer:
            guard let number = Int64(text) else { throw invalid("42") }
            return String(number)
        case .number:
            guard let number = Double(text), number.isFinite else { throw invalid("2.5") }
            return "\(number)"
        case .time:
            guard let moment = Instant(iso8601: text) ?? ago(text, now) else {
                throw invalid("2026-11-24T09:00:00Z or 24h")
            }
            return "'\(moment.iso8601)'"
        }
    }

    private static func ago(_ text: String, _ now: Instant) -> Instant? {
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count > 0, count < 1e6
        else { return nil }
        return now - .seconds(count * unit)
    }

    /// Only parameters outside of texts, names and comments are replaced.
    private static func replaced(_ sql: String, by literals: [String: String]) -> String {
        let bytes = Array(sql.utf8)
        var (result, done): ([UInt8], Int) = ([], 0)
        for token in SQLLexer(sql).tokens where token.kind == .parameter {
            guard let literal = literals[String(token.text.dropFirst())] else { continue }
            result += bytes[done..<token.offset] + literal.utf8
            done = token.bytes.upperBound
        }
        return String(decoding: result + bytes[done...], as: UTF8.self)
    }
}

/// Why a question cannot be read or asked, as one sentence.
package struct QuestionProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
