package import Basics

extension SettingSpec {
    /// The value in its stored form.
    ///
    /// - Throws: the reason why it is invalid.
    package func accept(_ value: JSONValue) throws(SettingProblem) -> JSONValue {
        switch kind {
        case .integer(let range):
            guard let number = plainNumber(value), number == number.rounded(), range.contains(Int(clamping: number))
            else { throw problem("a whole number from \(range.lowerBound) to \(range.upperBound)", value) }
            return .integer(Int64(number))
        case .number(let range):
            guard let number = plainNumber(value), range.contains(number) else {
                throw problem("a number from \(Self.spell(range.lowerBound)) to \(Self.spell(range.upperBound))", value)
            }
            return .number(number)
        case .toggle:
            guard value.bool != nil else { throw problem("true or false", value) }
            return value
        case .choice(let choices):
            guard let text = value.string, choices.contains(text) else {
                throw problem("one of \(choices.joined(separator: ", "))", value)
            }
            return value
        case .name:
            guard let text = value.string, !text.isEmpty, text.count <= 64,
                text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
            else { throw problem("a name of letters, digits, - and _", value) }
            return value
        case .text(let limit):
            guard let text = value.string, text.count <= limit, !text.unicodeScalars.contains(where: Self.isControl)
            else { throw problem("a text of at most \(limit) characters without control characters", value) }
            return .string(text.trimmed)
        case .texts(let limit):
            guard let texts = value.array?.compactMap(\.string), texts.count == value.array?.count,
                texts.allSatisfy({ $0.count <= limit && !$0.unicodeScalars.contains(where: Self.isControl) })
            else { throw problem("a list of texts", value) }
            return .array(texts.map { .string($0.trimmed) })
        case .moment:
            guard let text = value.string, Instant(iso8601: text) != nil else {
                throw problem("a date such as 2026-12-31 or a time such as 2026-12-31T09:00:00Z", value)
            }
            return value
        case .table(let columns, let required): return try accept(rows: value, columns, required: required)
        }
    }

    /// The allowed values, in words.
    package var range: String {
        switch kind {
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(Self.spell(range.lowerBound)) to \(Self.spell(range.upperBound))"
        case .toggle: "true or false"
        case .choice(let choices): choices.joined(separator: " or ")
        case .name: "a name"
        case .text: "a text"
        case .texts: "a list of texts"
        case .moment: "a date or a time"
        case .table: "a list of objects"
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    private func problem(_ wanted: String, _ value: JSONValue) -> SettingProblem {
        SettingProblem(key: key, "\(key) must be \(wanted), not \(value.serialized.prefix(60)).")
    }

    /// Only a JSON number is accepted: a string with digits is an error.
    private func plainNumber(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number.isFinite ? number : nil
        default: nil
        }
    }

    private static func spell(_ number: Double) -> String {
        number == number.rounded() ? String(Int64(number)) : "\(number)"
    }
}

extension Int {
    fileprivate init(clamping number: Double) {
        self = number >= 9e18 ? .max : number <= -9e18 ? .min : Int(number)
    }
}

extension SettingSpec {
    /// The value on one line; of a table the number of its rows.
    package func brief(_ value: JSONValue) -> String {
        guard case .table = kind, let rows = value.array else { return value.serialized }
        return rows.isEmpty ? "none" : rows.count == 1 ? "1 row" : "\(rows.count) rows"
    }

    /// The stored form of a typed value.
    ///
    /// - Throws: the reason why it is invalid.
    package func accept(typed text: String) throws(SettingProblem) -> JSONValue {
        switch kind {
        case .integer: try accept(Int64(text).map(JSONValue.integer) ?? .string(text))
        case .number: try accept(Double(text).map(JSONValue.number) ?? .string(text))
        case .toggle: try accept(text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text))
        case .choice, .name, .text, .moment: try accept(.string(text))
        case .texts: try accept(.array(text.split(separator: ",").map { .string(String($0).trimmed) }))
        case .table: throw SettingProblem(key: key, "\(key) is a list: change it in settings.json.")
        }
    }
}
