import Basics

/// One row of a setting that is a table: an object with these members in `settings.json`.
package protocol SettingRow: JSONRecord {
    static var columns: [SettingColumn<Self>] { get }
    /// Why rows that are valid one by one are invalid together, or one row by itself, as a sentence; nil if they are valid.
    static func problem(in rows: [Self]) -> String?
}

extension SettingRow {
    package static var members: [JSONMember<Self>] { columns.map(\.member) }

    /// The table that the columns make.
    static var kind: SettingSpec.Kind {
        .table(columns.map(\.spec), required: Set(columns.filter(\.member.isRequired).map(\.spec.key)))
    }
}

/// A column of a setting that is a table.
package struct SettingColumn<Row: Sendable>: Sendable {
    package let spec: SettingSpec
    package let member: JSONMember<Row>

    /// An empty text, an empty list and a missing value are left out of the file.
    package init<Value: JSONConvertible>(
        _ key: String, _ kind: SettingSpec.Kind, unit: String = "", _ meaning: String,
        _ property: any WritableKeyPath<Row, Value> & Sendable, isRequired: Bool = false
    ) {
        spec = SettingSpec(key: key, kind: kind, meaning: meaning, unit: unit)
        member = JSONMember(key, property, isRequired: isRequired, omitsEmpty: true)
    }
}

extension SettingSpec {
    /// The largest number of rows: more than people write by hand.
    static let maxRows = 500

    /// The rows of a table in their stored form.
    func accept(
        rows value: JSONValue, _ columns: [SettingSpec], required: Set<String>
    ) throws(SettingProblem) -> JSONValue {
        guard let rows = value.array, rows.count <= Self.maxRows else {
            throw SettingProblem(key: key, "\(key) must be a list of at most \(Self.maxRows) objects.")
        }
        var accepted: [JSONValue] = []
        for (index, row) in rows.enumerated() {
            accepted.append(try accept(row: row, named: "\(key)[\(index)]", columns, required: required))
        }
        return .array(accepted)
    }

    private func accept(
        row: JSONValue, named name: String, _ columns: [SettingSpec], required: Set<String>
    ) throws(SettingProblem) -> JSONValue {
        guard let members = row.members else {
            throw SettingProblem(key: key, "\(name) must be an object, not \(row.serialized.prefix(60)).")
        }
        var values: [String: JSONValue] = [:]
        for member in members {
            guard var column = columns.first(where: { $0.key == member.name }) else {
                let hint = Suggestion.nearest(to: member.name, among: columns.map(\.key))
                let rest =
                    hint.map { "Did you mean \($0)?" }
                    ?? "Its members are \(columns.map(\.key).joined(separator: ", "))."
                throw SettingProblem(key: key, "\(name) has an unknown member \"\(member.name)\". \(rest)")
            }
            column.key = "\(name).\(member.name)"
            guard values.updateValue(try column.accept(member.value), forKey: member.name) == nil else {
                throw SettingProblem(key: key, "\(column.key) is there twice.")
            }
        }
        if let missing = columns.first(where: { required.contains($0.key) && values[$0.key] == nil }) {
            throw SettingProblem(key: key, "\(name).\(missing.key) is missing.")
        }
        return .object(columns.compactMap { column in values[column.key].map { JSONValue.Member(column.key, $0) } })
    }
}
