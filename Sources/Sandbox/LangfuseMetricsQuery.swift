import Basics

/// The query of a metrics request, checked as Langfuse checks it.
struct LangfuseMetricsQuery: Sendable {
    enum Refusal: Error, Hashable {
        /// A member of the query has the wrong shape.
        case schema(String)
        /// The query is well formed and may not be asked.
        case request(String)
    }

    let dimensions: [String]
    let metrics: [LangfuseMetric]
    let granularity: LangfuseGranularity?
    let from: Instant
    let to: Instant
    let order: [(field: String, isAscending: Bool)]
    let rowLimit: Int
    private let filters: [LangfuseFilter]

    init(_ query: JSONValue) throws(Refusal) {
        guard query["view"]?.string == "observations" else { throw .schema("view") }
        guard let from = query["fromTimestamp"]?.string.flatMap({ Instant(iso8601: $0) }) else {
            throw .schema("fromTimestamp")
        }
        guard let to = query["toTimestamp"]?.string.flatMap({ Instant(iso8601: $0) }), from < to else {
            throw .schema("toTimestamp")
        }
        (self.from, self.to) = (from, to)
        dimensions = try Self.dimensions(query["dimensions"]?.array ?? [])
        metrics = try Self.metrics(query["metrics"])
        granularity = try Self.granularity(query["timeDimension"] ?? .null, over: to - from)
        var filters: [LangfuseFilter] = []
        for filter in query["filters"]?.array ?? [] {
            guard let filter = LangfuseFilter(filter) else { throw .schema("filters") }
            filters.append(filter)
        }
        self.filters = filters
        let limit = query["config"]?["row_limit"]
        rowLimit = limit?.int ?? LangfuseMetrics.defaultRows
        guard (1...LangfuseMetrics.mostRows).contains(rowLimit) else { throw .schema("config") }
        order = (query["orderBy"]?.array ?? []).map { ($0["field"]?.string ?? "", $0["direction"]?.string == "asc") }
        try checkOrder()
        try checkCardinality(hasLimit: limit != nil)
    }

    private static func dimensions(_ list: [JSONValue]) throws(Refusal) -> [String] {
        var names: [String] = []
        for entry in list {
            guard let name = entry["field"]?.string else { throw .schema("dimensions") }
            guard LangfuseColumn.dimensions.contains(name) || LangfuseColumn.unbounded.contains(name) else {
                throw .request("Invalid dimension \(name). Must be one of \(LangfuseColumn.dimensions.sorted())")
            }
            names.append(name)
        }
        return names
    }

    private static func metrics(_ list: JSONValue?) throws(Refusal) -> [LangfuseMetric] {
        guard let list = list?.array else { throw .schema("metrics") }
        var metrics: [LangfuseMetric] = []
        for entry in list {
            guard let aggregation = entry["aggregation"]?.string, LangfuseMetric.aggregations.contains(aggregation),
                let measure = entry["measure"]?.string
            else { throw .schema("metrics") }
            guard LangfuseMetric.measures.contains(measure) else {
                throw .request("Invalid metric \(measure). Must be one of \(LangfuseMetric.measures.sorted())")
            }
            metrics.append(LangfuseMetric(measure: measure, aggregation: aggregation))
        }
        return metrics
    }

    private static func granularity(_ value: JSONValue, over span: Span) throws(Refusal) -> LangfuseGranularity? {
        guard !value.isNull else { return nil }
        let name = value["granularity"]?.string ?? ""
        if name == "auto" { return .automatic(over: span) }
        guard let granularity = LangfuseGranularity(rawValue: name) else { throw .schema("timeDimension") }
        return granularity
    }

    private func checkOrder() throws(Refusal) {
        let known = dimensions + metrics.map(\.name) + (granularity == nil ? [] : ["time_dimension"])
        for (field, _) in order where !known.contains(field) {
            throw .request("Invalid orderBy field: \(field). Must be one of the dimension or metric fields.")
        }
    }

    /// What has a value of its own for each row may be grouped by only as the top of a list: with a limit, ordered by a
    /// measure downwards, and not over time.
    private func checkCardinality(hasLimit: Bool) throws(Refusal) {
        let unbounded = dimensions.filter(LangfuseColumn.unbounded.contains).joined(separator: ", ")
        guard !unbounded.isEmpty else { return }
        let prefix = "High cardinality dimension(s) '\(unbounded)'"
        guard granularity == nil else { throw .request("\(prefix) cannot be used with timeDimension.") }
        let isByMeasure = order.contains { order in !order.isAscending && metrics.contains { $0.name == order.field } }
        guard hasLimit, isByMeasure else {
            throw .request(
                "\(prefix) require both 'config.row_limit' and 'orderBy' with direction 'desc' on a measure field.")
        }
    }

    /// By time, else by the first metric downwards, unless the query says otherwise.
    var effectiveOrder: [(field: String, isAscending: Bool)] {
        if !order.isEmpty { return order }
        if granularity != nil { return [("time_dimension", true)] }
        return metrics.first.map { [($0.name, false)] } ?? dimensions.first.map { [($0, true)] } ?? []
    }

    /// Both ends belong to the window.
    func contains(_ observation: SandboxObservation) -> Bool {
        observation.start >= from && observation.start <= to && filters.allSatisfy { $0.matches(observation) }
    }
}

/// One filter: `{column, operator, value, type}`.
struct LangfuseFilter: Hashable, Sendable {
    private let column: String
    private let comparison: String
    private let value: JSONValue

    /// Nil for a column or an operator that the sandbox does not know.
    init?(_ filter: JSONValue) {
        guard let column = filter["column"]?.string, let comparison = filter["operator"]?.string,
            LangfuseColumn.all.contains(column), Self.operators.contains(comparison)
        else { return nil }
        self.column = column
        self.comparison = comparison
        value = filter["value"] ?? .null
    }

    private static let operators: Set<String> = [
        "=", "<>", ">", "<", ">=", "<=", "contains", "does not contain", "starts with", "ends with", "any of",
        "none of", "is null", "is not null",
    ]

    func matches(_ observation: SandboxObservation) -> Bool {
        let own = LangfuseColumn.value(of: observation, column)
        let (text, wanted, order) = (own.string ?? "", value.string ?? "", own.order(to: value))
        switch comparison {
        case "=": return order == 0
        case "<>": return order != 0
        case ">": return order.map { $0 > 0 } ?? false
        case "<": return order.map { $0 < 0 } ?? false
        case ">=": return order.map { $0 >= 0 } ?? false
        case "<=": return order.map { $0 <= 0 } ?? false
        case "contains": return text.contains(wanted)
        case "does not contain": return !text.contains(wanted)
        case "starts with": return text.hasPrefix(wanted)
        case "ends with": return text.hasSuffix(wanted)
        case "any of": return value.array?.contains(own) ?? false
        case "none of": return !(value.array?.contains(own) ?? false)
        case "is null": return own.isNull || text.isEmpty && own.string != nil
        default: return !own.isNull && (own.string.map { !$0.isEmpty } ?? true)
        }
    }
}

/// The columns of an observation that filters and metrics know.
enum LangfuseColumn {
    /// Those with few values.
    static let dimensions: Set<String> = [
        "environment", "type", "name", "level", "version", "release", "traceName", "providedModelName", "promptName",
        "promptVersion", "isRootObservation", "startTimeMonth",
    ]
    /// Those with a value for each row, or nearly.
    static let unbounded: Set<String> = ["id", "traceId", "userId", "sessionId", "parentObservationId"]
    static let numbers: Set<String> = ["latency", "inputTokens", "outputTokens", "totalTokens", "totalCost"]
    static let all = dimensions.union(unbounded).union(numbers).union(["startTime", "statusMessage"])

    static func value(of row: SandboxObservation, _ column: String) -> JSONValue {
        switch column {
        case "id": .string(row.id)
        case "traceId": .string(row.traceID)
        case "parentObservationId": JSONValue(row.parentID)
        case "userId": .string(row.userID)
        case "sessionId": .string(row.sessionID)
        case "environment": .string(row.environment)
        case "release": .string(row.release)
        case "version": .string(row.version)
        case "statusMessage": .string(row.statusMessage)
        case "type": .string(row.type)
        case "name": .string(row.name)
        case "traceName": .string(row.traceName)
        case "level": .string(row.level)
        case "providedModelName": .string(row.model)
        case "promptName": .string(row.promptName)
        case "promptVersion": JSONValue(row.promptVersion)
        case "isRootObservation": .bool(row.parentID == nil)
        case "startTime": JSONValue(row.start)
        case "startTimeMonth": .string(String(row.start.iso8601.prefix(7)))
        case _ where numbers.contains(column): .number(number(of: row, column))
        default: ""
        }
    }

    /// Latency is in milliseconds here, as it is in metrics alone.
    static func number(of row: SandboxObservation, _ column: String) -> Double {
        switch column {
        case "latency": row.latency * 1000
        case "inputTokens": Double(row.inputTokens)
        case "outputTokens": Double(row.outputTokens)
        case "totalTokens": Double(row.inputTokens + row.outputTokens)
        case "totalCost": row.cost
        default: 0
        }
    }
}
