import Basics
import Configuration
import SourceFetch
import SourceSpec

/// `sentinel source info NAME`: the inputs and tables of a source, and how they are mirrored.
enum SourceInfo {
    static func run(_ name: String, _ context: SourceContext) throws -> ExitStatus {
        let spec = try context.source(name)
        let info = SourceDescription(
            spec: spec, origin: context.catalog.origins[spec.name], environment: context.environment)
        return context.format.write(info.document, or: info.text)
    }
}

/// One source as `source info` shows it. It never contains the value of a secret.
struct SourceDescription {
    let spec: SourceSpec
    let origin: SourceOrigin?
    let environment: Environment

    // MARK: Text

    var text: String {
        var parts = [heading, TextTable(inputs).text]
        if spec.inputs.isEmpty { parts[1] = "Inputs: none\n" }
        if !spec.tables.isEmpty { parts.append(TextTable(relations(spec.tables, "table")).text) }
        if !spec.functions.isEmpty { parts.append(TextTable(relations(spec.functions, "function")).text) }
        let guides = (spec.tables + spec.functions).filter { !$0.guide.isEmpty }
        if !guides.isEmpty { parts.append(guides.map(Self.guide).joined(separator: "\n")) }
        return parts.joined(separator: "\n")
    }

    private var heading: String {
        var lines = ["\(spec.name) \(spec.version)"]
        if !spec.description.isEmpty { lines.append(spec.description) }
        if let origin { lines.append("\(origin.words): \(origin.folder)") }
        if let address = spec.address(environment) { lines.append("requests: \(address)") }
        lines.append(missing.isEmpty ? "ready" : "missing inputs: \(missing.joined(separator: ", "))")
        return lines.map { TextTable.inert($0) + "\n" }.joined()
    }

    private static func guide(_ table: TableSpec) -> String {
        var lines = table.guide.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        let body = lines.map { "  " + TextTable.inert(String($0)) }.joined(separator: "\n")
        return "\(table.name):\n\(body)\n"
    }

    private var missing: [String] { spec.missingInputs { environment[$0] } }

    private var inputs: RowSet {
        RowSet(
            columns: ["input", "kind", "state", "value", "hint"],
            rows: spec.inputs.map { input in
                [
                    .text(input.key), .text(input.kind == .secret ? "secret" : "variable"), .text(state(of: input)),
                    Value(value(of: input)), .text(input.hint),
                ]
            })
    }

    private func state(of input: InputSpec) -> String {
        if environment[input.key] != nil { return "set" }
        if input.defaultValue != nil { return "default" }
        return input.isRequired ? "not set" : "not set, optional"
    }

    private func value(of input: InputSpec) -> String? {
        input.kind == .secret ? nil : environment[input.key] ?? input.defaultValue
    }

    private func relations(_ tables: [TableSpec], _ what: String) -> RowSet {
        RowSet(
            columns: [what, "requires", "columns", "mirror", "description"],
            rows: tables.map { table in
                [
                    .text(table.name), .text(table.filters.filter(\.isRequired).map(\.name).joined(separator: ", ")),
                    Value(table.columns.count), .text(spec.overlay.mirrors[table.name].map(Self.words) ?? ""),
                    .text(table.description),
                ]
            })
    }

    private static func words(_ mirror: MirrorSpec) -> String {
        let rollups = mirror.rollups ? ", with rollups" : ""
        return
            "by \(mirror.bounds.column), backfill \(length(mirror.backfill)), retention \(length(mirror.retention))\(rollups)"
    }

    /// In the largest unit that gives a whole number: `35d`, `90m`.
    private static func length(_ span: Span) -> String {
        let seconds = span.milliseconds / 1000
        for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds % size == 0 && seconds > 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    // MARK: JSON

    var document: JSONValue {
        .fields([
            "source": .string(spec.name), "version": .string(spec.version), "description": .string(spec.description),
            "backend": .string(backend), "address": JSONValue(spec.address(environment)),
            "origin": origin.map { .string($0.isOwn ? "added" : "shipped") },
            "folder": JSONValue(origin?.folder), "hides": JSONValue(origin?.hidden),
            "state": .string(missing.isEmpty ? "ready" : "not set"),
            "missing": .array(missing.map(JSONValue.string)),
            "inputs": .array(spec.inputs.map(json)), "tables": .array(spec.tables.map(json)),
            "functions": .array(spec.functions.map(json)),
            "test_queries": .array(spec.testQueries.map(JSONValue.string)),
        ])
    }

    private var backend: String {
        switch spec.backend {
        case .http: "http"
        case .file: "file"
        case .mcp: "mcp"
        case .clickHouse: "clickhouse"
        }
    }

    private func json(_ input: InputSpec) -> JSONValue {
        .fields([
            "key": .string(input.key), "kind": .string(input.kind == .secret ? "secret" : "variable"),
            "required": .bool(input.isRequired), "state": .string(state(of: input)),
            "value": JSONValue(value(of: input)),
            "default": input.kind == .secret ? .null : JSONValue(input.defaultValue), "hint": .string(input.hint),
        ])
    }

    private func json(_ table: TableSpec) -> JSONValue {
        let filters = table.filters.map { filter in
            JSONValue.fields([
                "name": .string(filter.name), "type": .string(filter.type.rawValue),
                "required": .bool(filter.isRequired), "mode": .string(filter.mode.rawValue),
                "description": .string(filter.description),
            ])
        }
        let columns = table.columns.map { column in
            JSONValue.fields([
                "name": .string(column.name), "type": .string(column.type.rawValue),
                "description": .string(column.description),
            ])
        }
        return .fields([
            "name": .string(table.name), "description": .string(table.description), "guide": .string(table.guide),
            "filters": .array(filters), "columns": .array(columns),
            "mirror": spec.overlay.mirrors[table.name].map(Self.json) ?? .null,
        ])
    }

    private static func json(_ mirror: MirrorSpec) -> JSONValue {
        .fields([
            "time_column": .string(mirror.bounds.column), "key": .array(mirror.key.map(JSONValue.string)),
            "backfill": .string(length(mirror.backfill)), "overlap": .string(length(mirror.overlap)),
            "retention": .string(length(mirror.retention)), "rollups": .bool(mirror.rollups),
        ])
    }
}
