import Basics
package import SourceSpec

/// Reads Langfuse's tables from its ClickHouse, with one statement per scan that has its conditions, bounds and columns.
package struct ClickHousePages: PageSource {
    /// The maximum rows of one scan.
    static let rowLimit = 200_000

    private let store: ClickHouseStore

    package init(store: ClickHouseStore) {
        self.store = store
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let (relations, project, probes) = try await store.relations()
        let statement = try Self.statement(scan, relations, project: project)
        var page = Page(rows: try await store.run(statement).rows, calls: probes + 1)
        var outcome = ScanOutcome()
        _ = outcome.take(&page, limit: scan.rowLimit ?? Self.rowLimit)
        _ = try await onPage(page)
        return outcome
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        let statement = try Self.statement(scan, ClickHouseRelations(layout: .events), project: "")
        let text = statement.sql.replacing("\n", with: " ")
        return PlannedRequest(text: "ClickHouse: \(text.prefix(400))", pageSize: Self.rowLimit)
    }

    static func statement(
        _ scan: Scan, _ relations: ClickHouseRelations, project: String
    ) throws(SourceError) -> ClickHouseStatement {
        let bodies: Set = ["input", "output", "metadata"]
        let wanted = scan.columns ?? Set(scan.table.columns.map(\.name))
        guard let relation = relations.select(scan.table.name, withBodies: !wanted.isDisjoint(with: bodies)) else {
            throw SourceError(
                kind: .unsupported, source: scan.source.name,
                reason: "\(scan.source.name).\(scan.table.name) is not in Langfuse's ClickHouse.",
                remedy: "Set the engine to embedded to read it over the API.")
        }
        var parameters = ["project": project]
        var conditions: [String] = []
        func condition(_ column: ColumnSpec, _ comparison: String, _ value: String) {
            let name = "p\(parameters.count)"
            parameters[name] = value
            conditions.append("\(quoted(column.name)) \(comparison) \(placeholder(name, column.type))")
        }
        for (name, value) in scan.filters.sorted(by: { $0.key < $1.key }) {
            let text = Bindings.text(of: JSONValue(value))
            if let column = scan.table.columns.first(where: { $0.name == name }) {
                condition(column, "=", text)
            } else if let (column, comparison) = TimeParameter.condition(name, of: scan.table) {
                condition(column, comparison, text)
            }
        }
        let ends = scan.source.overlay.bounds[scan.table.name]
        if let ends, let time = scan.table.columns.first(where: { $0.name == ends.column }) {
            for bound in scan.extraParameters where ends.names.contains(bound.name) {
                condition(time, bound.name == ends.names.first ? ">=" : "<", bound.value)
            }
        }
        let columns = scan.table.columns.map { wanted.contains($0.name) ? quoted($0.name) : "NULL" }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let order = ends.map { " ORDER BY \(quoted($0.column)) DESC" } ?? ""
        return ClickHouseStatement(
            "SELECT \(columns.joined(separator: ", ")) FROM (\(relation))\(filter)\(order) "
                + "LIMIT \((scan.rowLimit ?? rowLimit) + 1)",
            parameters: parameters)
    }

    private static func placeholder(_ name: String, _ type: ColumnType) -> String {
        switch type {
        case .int64: "{\(name):Int64}"
        case .float64: "{\(name):Float64}"
        case .boolean: "{\(name):Bool}"
        case .timestamp: "parseDateTime64BestEffort({\(name):String}, 3, 'UTC')"
        case .utf8, .date, .json: "{\(name):String}"
        }
    }

    private static func quoted(_ name: String) -> String { "`\(name.replacing("`", with: "\\`"))`" }
}

/// The parameters by which Langfuse's API bounds a table's time: `from_start_time`, `to_timestamp`.
enum TimeParameter {
    /// The column that one bounds, and how; nil for any other name.
    static func condition(_ name: String, of table: TableSpec) -> (column: ColumnSpec, comparison: String)? {
        for (prefix, comparison) in [("from_", ">="), ("to_", "<")] where name.hasPrefix(prefix) {
            let bounded = name.dropFirst(prefix.count)
            guard let column = table.columns.first(where: { $0.name == bounded && $0.type == .timestamp }) else {
                continue
            }
            return (column, comparison)
        }
        return nil
    }
}

extension SourceSpec {
    /// Langfuse as read from its ClickHouse: nothing is mirrored, every column is a filter, and the rollups are ordinary tables.
    /// Tables that are not in ClickHouse are omitted.
    package var inClickHouse: SourceSpec {
        var spec = self
        spec.backend = .clickHouse
        spec.inputs = []
        spec.functions = []
        spec.overlay.mirrors = [:]
        spec.overlay.bounds = Dictionary(
            uniqueKeysWithValues: Self.timeColumns.map { name, column in
                (name, TimeBounds(column: column, window: .between(from: "from", to: "to")))
            })
        let stored = tables.filter { ClickHouseRelations.names.contains($0.name) }
        spec.tables = (stored + [Self.hourlyTable, Self.byTraceTable]).map(\.relation)
        return spec
    }

    private static let timeColumns = [
        "observations": "start_time", "observations_hourly": "hour", "observations_by_trace": "last_at",
        "traces": "timestamp", "scores": "timestamp",
    ]

    private static let hourlyTable = relation(
        "observations_hourly",
        [
            ("hour", .timestamp), ("type", .utf8), ("name", .utf8), ("model", .utf8), ("prompt_name", .utf8),
            ("prompt_version", .int64), ("environment", .utf8), ("observations", .int64), ("cost", .float64),
            ("rejected_costs", .int64), ("input_tokens", .int64), ("output_tokens", .int64), ("errors", .int64),
        ])

    private static let byTraceTable = relation(
        "observations_by_trace",
        [
            ("trace_id", .utf8), ("name", .utf8), ("first_at", .timestamp), ("last_at", .timestamp),
            ("observations", .int64), ("generations", .int64), ("cost", .float64), ("rejected_costs", .int64),
            ("input_tokens", .int64), ("output_tokens", .int64), ("errors", .int64), ("environment", .utf8),
            ("steps", .int64), ("warnings", .int64), ("step_names", .utf8), ("changed_at", .timestamp),
        ])

    private static func relation(_ name: String, _ columns: [(String, ColumnType)]) -> TableSpec {
        TableSpec(
            name: name, request: RequestSpec(path: Template(literal: "/")),
            columns: columns.map { ColumnSpec(name: $0.0, type: $0.1) })
    }
}

extension TableSpec {
    fileprivate var relation: TableSpec {
        var relation = TableSpec(name: name, request: request, columns: columns)
        (relation.description, relation.guide) = (description, guide)
        // A key column may be requested for each row of a join; other columns only if the value is a constant.
        relation.filters = columns.filter { $0.type == .utf8 || $0.type == .int64 }.map { column in
            FilterSpec(name: column.name, type: column.type, isLookupKey: ["id", "trace_id"].contains(column.name))
        }
        relation.filters += filters.filter { TimeParameter.condition($0.name, of: self) != nil }
        for place in columns.indices { relation.columns[place].expression = .path([columns[place].name]) }
        return relation
    }
}
