package import Basics
import JSON
package import SourceSpec

/// Hourly sums of observations, computed by the provider.
package protocol HourlySums: Sendable {
    /// The sums of the complete hours `[from, to)`.
    ///
    /// - Throws: ``SourceError``, of kind `tooMuch` if the hours have more groups than one response can have.
    func hours(from: Instant, to: Instant) async throws -> [HourlySum]
}

/// One hour of one group.
package struct HourlySum: Hashable, Sendable {
    package var hour: Instant
    package var type: Value
    package var name: Value
    package var model: Value
    package var promptName: Value
    package var promptVersion: Value
    package var environment: Value
    package var level: String
    package var observations: Int
    /// US dollars.
    package var cost: Double
    package var inputTokens: Int
    package var outputTokens: Int

    package init(
        hour: Instant, type: Value, name: Value, model: Value, promptName: Value, promptVersion: Value,
        environment: Value, level: String, observations: Int, cost: Double, inputTokens: Int, outputTokens: Int
    ) {
        self.hour = hour
        self.type = type
        self.name = name
        self.model = model
        self.promptName = promptName
        self.promptVersion = promptVersion
        self.environment = environment
        self.level = level
        self.observations = observations
        self.cost = cost
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

/// Langfuse's metrics API (`GET /api/public/v2/metrics`): sums over any time range in one call, so that the history before the
/// mirrored observations needs one call per day instead of one per thousand observations.
///
/// Its numbers may be strings, and a response with `rowLimit` rows may have been truncated silently.
/// `reference`: provider-apis §1.3.
package struct LangfuseMetrics: HourlySums {
    static let rowLimit = 1000

    private let source: SourceSpec
    private let pages: any PageSource

    /// `pages` fetches with the source's own keys, address and budget.
    package init(source: SourceSpec, pages: any PageSource) {
        (self.source, self.pages) = (source, pages)
    }

    package func hours(from: Instant, to: Instant) async throws -> [HourlySum] {
        var scan = Scan(source: source, table: Self.table, maxWait: RateSignal.longest, usesPageCache: false)
        scan.extraParameters = [.init(name: "query", value: Self.query(from: from, to: to).serialized)]
        let rows = Lock<[[Value]]>([])
        _ = try await pages.scan(scan) { page in
            rows.withLock { $0 += page.rows }
            return .more
        }
        let found = rows.withLock { $0 }
        guard found.count < Self.rowLimit else {
            throw SourceError(
                kind: .tooMuch, source: source.name, reason: "the hours have at least \(Self.rowLimit) groups.",
                remedy: "Request fewer hours.", calls: 1)
        }
        return found.compactMap(Self.sum)
    }

    private static let dimensions = [
        "type", "name", "providedModelName", "promptName", "promptVersion", "environment", "level",
    ]

    private static func query(from: Instant, to: Instant) -> JSONValue {
        func measure(_ name: String, _ aggregation: String) -> JSONValue {
            ["measure": .string(name), "aggregation": .string(aggregation)]
        }
        return [
            "view": "observations", "dimensions": .array(dimensions.map { ["field": .string($0)] }),
            "metrics": .array([
                measure("count", "count"), measure("totalCost", "sum"), measure("inputTokens", "sum"),
                measure("outputTokens", "sum"),
            ]),
            "filters": [], "timeDimension": ["granularity": "hour"], "fromTimestamp": .string(from.iso8601),
            "toTimestamp": .string(to.iso8601), "config": ["row_limit": JSONValue(rowLimit)],
        ]
    }

    /// The answer as a table of the manifest's language: it is read like every other.
    static let table: TableSpec = {
        let texts = dimensions.map { ColumnSpec(name: $0, type: .utf8) }
        let numbers = [
            ColumnSpec(name: "count_count", type: .int64), ColumnSpec(name: "sum_totalCost", type: .float64),
            ColumnSpec(name: "sum_inputTokens", type: .int64), ColumnSpec(name: "sum_outputTokens", type: .int64),
        ]
        return TableSpec(
            name: "metrics", request: RequestSpec(path: Template(literal: "/api/public/v2/metrics")),
            response: ResponseSpec(rowsPath: ["data"]),
            columns: [ColumnSpec(name: "time_dimension", type: .timestamp)] + texts + numbers)
    }()

    private static func sum(_ row: [Value]) -> HourlySum? {
        guard row.count == table.columns.count, let hour = row[0].instant, let count = row[8].integer else {
            return nil
        }
        return HourlySum(
            hour: hour.startOfHour, type: row[1], name: row[2], model: row[3], promptName: row[4],
            promptVersion: row[5].text.flatMap { Int64($0) }.map(Value.integer) ?? .null, environment: row[6],
            level: row[7].text ?? "", observations: count, cost: row[9].real ?? 0, inputTokens: row[10].integer ?? 0,
            outputTokens: row[11].integer ?? 0)
    }
}
