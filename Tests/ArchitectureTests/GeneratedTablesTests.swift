import SourceSpec
import TestSupport
import Testing

@Suite("Generated: tables")
struct GeneratedTablesTests {
    @Test("docs/TABLES.md is made from the shipped manifests and overlays")
    func tables() {
        let catalog = SourceCatalog.load(directory: "\(Repository.root)/sources")
        #expect(catalog.problems.isEmpty)
        var text = """
            # Tables

            Generated from the shipped manifests and overlays. `coral.columns` and `sentinel source info NAME` list the columns.
            **Bold** filters are required. A mirrored table is stored in SQLite by the named time column; a bounded table sends
            conditions on that column to the API.

            """
        for spec in catalog.specs { text += section(spec) }
        let difference = Golden.difference(text, at: "\(Repository.root)/docs/TABLES.md")
        #expect(difference == nil, "\(difference ?? "")")
    }

    private func section(_ spec: SourceSpec) -> String {
        let rows = (spec.tables + spec.functions).map { table in
            let isFunction = spec.functions.contains { $0.name == table.name }
            let filters = table.filters.map { $0.isRequired ? "**\($0.name)**" : $0.name }.joined(separator: ", ")
            return
                "| `\(table.name)\(isFunction ? "(…)" : "")` | \(reading(table, of: spec)) | \(filters) | \(table.description) |\n"
        }
        return
            "\n## \(spec.name)\n\n\(spec.description)\n\n| table | read | filters | description |\n|---|---|---|---|\n"
            + rows.joined()
    }

    private func reading(_ table: TableSpec, of spec: SourceSpec) -> String {
        if let mirror = spec.overlay.mirrors[table.name] {
            return
                "mirrored by `\(mirror.bounds.column)`\(mirror.rollups ? ", with `\(table.name)_hourly` and `\(table.name)_by_trace`" : "")"
        }
        return spec.overlay.bounds[table.name].map { "live, bounded by `\($0.column)`" } ?? "live"
    }
}
