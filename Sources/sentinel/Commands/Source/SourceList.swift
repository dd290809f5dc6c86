import Basics
import Configuration
import SourceFetch
import SourceSpec

/// `sentinel source list`: the sources with their tables and missing inputs.
enum SourceList {
    /// Exit status 3 if a source is broken.
    static func run(_ context: SourceContext) throws -> ExitStatus {
        for problem in context.catalog.problems { Output.complain("\(problem)") }
        let set = rows(
            of: context.catalog.specs, environment: context.environment, origins: context.catalog.origins)
        context.format.write(set.objects, or: TextTable(set).text)
        return context.catalog.problems.isEmpty ? .done : .partial
    }

    /// One row per source, with a column `origin` if `origins` is not empty.
    static func rows(
        of specs: [SourceSpec], environment: Environment, origins: [String: SourceOrigin] = [:]
    ) -> RowSet {
        var columns = ["source", "version", "state", "missing", "tables"]
        if !origins.isEmpty { columns.append("origin") }
        let rows = specs.map { spec -> [Value] in
            let missing = spec.missingInputs { environment[$0] }
            let tables = spec.tables.map(\.name) + spec.functions.map { "\($0.name)(…)" }
            let row: [Value] = [
                .text(spec.name), .text(spec.version), .text(missing.isEmpty ? "ready" : "not set"),
                .text(missing.joined(separator: ", ")), .text(tables.joined(separator: " ")),
            ]
            return origins.isEmpty ? row : row + [.text(origins[spec.name]?.words ?? "")]
        }
        return RowSet(columns: columns, rows: rows)
    }
}

extension SourceOrigin {
    var words: String {
        isOwn ? hidden == nil ? "added" : "added, replaces the shipped one" : "shipped"
    }
}
