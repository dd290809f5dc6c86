import Basics
import JSON
import SQLiteKit

/// One row of a table, read strictly: a value of another type than the schema declares is an error that names the row.
struct StoredRow {
    let record: RowSet.Record
    let table: String

    func text(_ column: String) throws(StoreError) -> String {
        guard let text = record[column].text else { throw damaged("\(column) is not a text") }
        return text
    }

    func integer(_ column: String) throws(StoreError) -> Int {
        guard let number = record[column].integer else { throw damaged("\(column) is not an integer") }
        return number
    }

    func id(_ column: String = "id") throws(StoreError) -> Int64 {
        try Int64(integer(column))
    }

    func real(_ column: String) throws(StoreError) -> Double {
        guard let number = record[column].real else { throw damaged("\(column) is not a number") }
        return number
    }

    func instant(_ column: String) throws(StoreError) -> Instant {
        guard let instant = record[column].instant else { throw damaged("\(column) is not a time") }
        return instant
    }

    func optionalInstant(_ column: String) throws(StoreError) -> Instant? {
        record[column].isNull ? nil : try instant(column)
    }

    func optionalID(_ column: String) throws(StoreError) -> Int64? {
        record[column].isNull ? nil : try id(column)
    }

    func optionalText(_ column: String) -> String? { record[column].text }

    func flag(_ column: String) throws(StoreError) -> Bool { try integer(column) != 0 }

    func choice<Choice: RawRepresentable<String>>(_ column: String) throws(StoreError) -> Choice {
        let text = try text(column)
        guard let choice = Choice(rawValue: text) else { throw damaged("\(column) is '\(text)'") }
        return choice
    }

    func optionalChoice<Choice: RawRepresentable<String>>(_ column: String) throws(StoreError) -> Choice? {
        record[column].isNull ? nil : try choice(column)
    }

    func json(_ column: String) throws(StoreError) -> JSONValue {
        let text = try text(column)
        do {
            return try JSONDocument.parse(text)
        } catch {
            throw damaged("\(column) is not valid JSON: \(error)")
        }
    }

    func optionalJSON(_ column: String) throws(StoreError) -> JSONValue? {
        // A bare nil would be JSON's null.
        record[column].isNull ? Optional.none : try json(column)
    }

    func damaged(_ reason: String) -> StoreError {
        let name = ["id", "name", "key", "type"].lazy.map { record[$0] }.first { !$0.isNull }
        return .damaged(table: table, row: name?.spelling ?? "?", reason: reason)
    }
}

extension Value {
    init(_ id: Int64?) { self = id.map(Value.integer) ?? .null }
}
