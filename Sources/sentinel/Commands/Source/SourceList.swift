import Basics
import Configuration
import SourceFetch
import SourceSpec

/// `sentinel source list`: what there is, and what is not set.
enum SourceList {
    static let help = """
        sentinel source list               the sources with their tables, and what is not set
        """

    /// Exit status 3 when a source is broken.
    static func run(_ context: SourceContext) throws -> ExitStatus {
        for problem in context.catalog.problems { Output.complain("\(problem)") }
        let set = rows(
            of: context.catalog.specs, environment: context.environment, origins: context.catalog.origins)
        context.print(set.objects, or: TextTable(set).text)
        return context.catalog.problems.isEmpty ? .done : .partial
    }

    /// One row a source. Where it comes from is told when `origins` know.
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
        isOwn ? hidden == nil ? "added" : "added, in the place of the shipped one" : "shipped"
    }
}
