package import Basics

/// Why a setting was refused, as one sentence that says what to write instead.
package struct SettingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var key: String
    package var reason: String

    package init(key: String, reason: String) {
        (self.key, self.reason) = (key, reason)
    }

    package var description: String { reason }
}

extension Settings {
    /// Every setting, in the order of the file.
    package static let specs: [SettingSpec] = entries.map(\.spec)

    package static func spec(of key: String) -> SettingSpec? {
        specs.first { $0.key == key }
    }

    /// The settings as the document that `settings.json` holds.
    package var json: JSONValue {
        .object(Self.entries.map { JSONValue.Member($0.spec.key, $0.read(self)) })
    }

    /// Nil for a key that is no setting.
    package func value(of key: String) -> JSONValue? {
        Self.entries.first { $0.spec.key == key }?.read(self)
    }

    package mutating func set(_ key: String, to value: JSONValue) throws(SettingProblem) {
        guard let entry = Self.entries.first(where: { $0.spec.key == key }) else { throw Self.unknown(key) }
        guard let fitting = entry.spec.kind.fitting(value) else {
            throw SettingProblem(key: key, reason: "\(key) must be \(entry.spec.kind.demand), not \(value.serialized).")
        }
        entry.write(&self, fitting)
    }

    /// Sets from text that a person or the environment wrote: `2.5`, `true`, `dark`.
    package mutating func set(_ key: String, text: String) throws(SettingProblem) {
        guard let spec = Self.spec(of: key) else { throw Self.unknown(key) }
        try set(key, to: spec.kind.value(of: text))
    }

    package static func unknown(_ key: String) -> SettingProblem {
        let nearest = Suggestion.nearest(to: key, among: specs.map(\.key))
        let advice = nearest.map { "did you mean \($0)?" } ?? "`sentinel settings` lists them all."
        return SettingProblem(key: key, reason: "\(key) is no setting; \(advice)")
    }
}

extension SettingSpec.Kind {
    /// What a value must be: `between 1.1 and 100`.
    package var demand: String {
        switch self {
        case .integer(let range): "a whole number between \(range.lowerBound) and \(range.upperBound)"
        case .number(let range): "between \(Self.short(range.lowerBound)) and \(Self.short(range.upperBound))"
        case .toggle: "true or false"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .name: "a name of letters, digits, dots and dashes"
        }
    }

    /// The value in its proper form; nil where it does not fit.
    func fitting(_ value: JSONValue) -> JSONValue? {
        switch (self, value) {
        case (.integer(let range), .integer(let number)):
            return range.contains(Int(number)) ? value : nil
        case (.number(let range), .integer), (.number(let range), .number):
            guard let number = value.double, range.contains(number) else { return nil }
            return .number(number)
        case (.toggle, .bool): return value
        case (.choice(let words), .string(let word)): return words.contains(word) ? value : nil
        case (.name, .string(let name)):
            let isName = (1...64).contains(name.utf8.count) && name.first != "."
            return isName && name.allSatisfy(Self.isNameCharacter) ? value : nil
        default: return nil
        }
    }

    func value(of text: String) -> JSONValue {
        switch self {
        case .integer: Int64(text).map(JSONValue.integer) ?? .string(text)
        case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .string(text)
        case .toggle: text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
        case .choice, .name: .string(text)
        }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : "\(number)"
    }
}
