import Basics
import YAML

/// Reads `time_column`, `window` and `time_format`: of a mirror, or of an entry of `bounds:`.
struct BoundsReading {
    let fields: MappingReader
    let table: TableSpec

    func bounds() -> TimeBounds {
        var bounds = TimeBounds(column: timeColumn(), window: window())
        bounds.format = fields.choice("time_format") ?? bounds.format
        return bounds
    }

    private func timeColumn() -> String {
        let name = fields.requiredText("time_column")
        if let column = fields.column(name, "time_column", of: table), column.type != .timestamp {
            fields.report(
                "time_column", "the column \"\(name)\" is of type \(column.type.rawValue)",
                "The time column must be a Timestamp.")
        }
        return name
    }

    private func window() -> TimeBounds.Window {
        guard let item = fields.required("window", "{from: since, to: until}") else { return .newestFirst }
        guard item.node.entries != nil, let window = fields.fields("window") else {
            _ = fields.choice("window", among: ["newest_first"])
            return .newestFirst
        }
        window.allow(["from", "to"])
        let from = window.requiredText("from")
        return window.text("to").map { .between(from: from, to: $0) } ?? .from(from)
    }
}

extension MappingReader {
    /// The column of that name; one that is not there is reported under `key`.
    @discardableResult
    func column(_ name: String, _ key: String, of table: TableSpec) -> ColumnSpec? {
        if name.isEmpty { return nil }
        if let column = table.columns.first(where: { $0.name == name }) { return column }
        report(
            key, "\(table.name) has no column \"\(name)\"",
            Suggestion.question(for: name, among: table.columns.map(\.name)) ?? "Name a column of the manifest.")
        return nil
    }
}
