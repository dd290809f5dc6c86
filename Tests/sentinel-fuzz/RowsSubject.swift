import Basics
import SourceFetch
import SourceSpec

/// An input is a provider's response after a line with the table: `langfuse.observations`, or `every.direct` for the tables of
/// ``EveryExpression``. Any other line chooses a table by its bytes.
///
/// The result is an error, or rows with the table's width and the columns' types, the same in every run.
enum RowsSubject {
    private struct Target {
        var name: String
        var source: SourceSpec
        var table: TableSpec
    }

    private static let targets: [Target] = (Seeds.specs + [EveryExpression.source]).flatMap { source in
        (source.tables + source.functions).map { Target(name: "\(source.name).\($0.name)", source: source, table: $0) }
    }

    static var seeds: [[UInt8]] {
        Seeds.specs.flatMap { spec in
            Seeds.samples(of: spec.name).compactMap { sample in
                let head = Array("\(spec.name).\(sample.prefix { $0 != "@" })\n".utf8)
                return Seeds.bytes(of: "\(Seeds.folder)/\(spec.name)/samples/\(sample).json").map { head + $0 }
            }
        }
    }

    static func check(_ bytes: [UInt8]) {
        let input = HeadedInput(bytes)
        let chosen = Int(Fingerprint.hash(input.head.utf8) % UInt64(targets.count))
        let target = targets.first { $0.name == input.head } ?? targets[chosen]
        guard let page = try? RecordedSample.page(of: input.body, as: target.table, of: target.source) else { return }
        promise(
            "an answer becomes the same rows twice",
            page == (try? RecordedSample.page(of: input.body, as: target.table, of: target.source)))
        for row in page.rows { Self.check(row, of: target.table) }
    }

    static func check(_ row: [Value], of table: TableSpec) {
        promise("a row of \(table.name) has \(row.count) values", row.count == table.columns.count)
        for (column, value) in zip(table.columns, row) {
            promise("\(column.name) of \(column.type) is \(value)", value.isNull || fits(value, column.type))
        }
    }

    private static func fits(_ value: Value, _ type: ColumnType) -> Bool {
        switch (type, value) {
        case (.utf8, .text), (.json, .text), (.int64, .integer): true
        case (.float64, .real(let number)): number.isFinite
        case (.boolean, .integer(let number)): number == 0 || number == 1
        case (.timestamp, .text(let text)): text.utf8.count == 24 && Instant(iso8601: text)?.iso8601 == text
        case (.date, .text(let text)): text.utf8.count == 10 && Instant(iso8601: text) != nil
        default: false
        }
    }
}
