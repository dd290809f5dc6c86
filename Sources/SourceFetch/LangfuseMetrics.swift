package import Basics
import JSON
package import SourceSpec

/// Hourly sums of observations, computed by the provider.
package protocol HourlySums: Sendable {
    /// The sums of the complete hours `[from, to)`.
    ///
    /// - Throws: ``SourceError``, of kind `tooMuch` if the hours have more groups than one response can have.
    func hours(from: Instant, to: Instant) async throws -> [HourlySum]

    /// The same without groups: at most one sum for each hour.
    func totals(from: Instant, to: Instant) async throws -> [HourlySum]
}

extension HourlySums {
    package func totals(from: Instant, to: Instant) async throws -> [HourlySum] {
        let groups = Dictionary(grouping: try await hours(from: from, to: to), by: \.hour)
        return groups.sorted { $0.key < $1.key }.map { hour, sums in
            HourlySum(
                hour: hour, group: [], level: "", observations: sums.reduce(0) { $0 + $1.observations },
                cost: sums.reduce(0) { $0 + $1.cost }, inputTokens: sums.reduce(0) { $0 + $1.inputTokens },
                outputTokens: sums.reduce(0) { $0 + $1.outputTokens })
        }
    }
}

/// One hour of one group.
package struct HourlySum: Hashable, Sendable {
    package var hour: Instant
    /// Type, name, model, prompt name, prompt version and environment, as in the rollup.
    package var group: [Value]
    package var level: String
    package var observations: Int
    /// US dollars.
    package var cost: Double
    package var inputTokens: Int
    package var outputTokens: Int

    package init(
        hour: Instant, group: [Value], level: String, observations: Int, cost: Double, inputTokens: Int,
        outputTokens: Int
    ) {
        (self.hour, self.group, self.level) = (hour, group, level)
        (self.observations, self.cost) = (observations, cost)
        (self.inputTokens, self.outputTokens) = (inputTokens, outputTokens)
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
        try await sums(from: from, to: to, by: Self.dimensions)
    }

    package func totals(from: Instant, to: Instant) async throws -> [HourlySum] {
        try await sums(from: from, to: to, by: [])
    }

    private func sums(from: Instant, to: Instant, by dimensions: [String]) async throws -> [HourlySum] {
        var scan = Scan(source: source, table: Self.table, maxWait: RateSignal.longest, usesPageCache: false)
        let query = Self.query(from: from, to: to, by: dimensions)
        scan.extraParameters = [.init(name: "query", value: query.serialized)]
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

    private static func query(from: Instant, to: Instant, by dimensions: [String]) -> JSONValue {
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

    /// The response as a table of the manifest language, so that it is read like every other.
    static let table: TableSpec = {
        let numbers: [(String, ColumnType)] = [
            ("count_count", .int64), ("sum_totalCost", .float64), ("sum_inputTokens", .int64),
            ("sum_outputTokens", .int64),
        ]
        let columns = [("time_dimension", ColumnType.timestamp)] + dimensions.map { ($0, .utf8) } + numbers
        var table = TableSpec(
            name: "metrics", request: RequestSpec(path: Template(literal: "/api/public/v2/metrics")),
            columns: columns.map { ColumnSpec(name: $0, type: $1) })
        table.response.rowsPath = ["data"]
        return table
    }()

    private static func sum(_ row: [Value]) -> HourlySum? {
        guard row.count == table.columns.count, let hour = row[0].instant, let count = row[8].integer else {
            return nil
        }
        var group = Array(row[1...6])
        group[4] = Value(group[4].integer)
        return HourlySum(
            hour: hour.startOfHour, group: group, level: row[7].text ?? "", observations: count,
            cost: row[9].real ?? 0, inputTokens: row[10].integer ?? 0, outputTokens: row[11].integer ?? 0)
    }
}
