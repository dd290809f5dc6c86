import Basics
import JSON
import WebServer

/// `GET /api/public/v2/metrics?query=…` over observations: rows of dimensions, of a bucket of time, and of aggregated
/// measures, made from the observations themselves.
struct LangfuseMetrics: Sendable {
    let observations: [SandboxObservation]
    static let defaultRows = 100
    static let mostRows = 1000

    func answer(_ request: WebRequest) -> WebResponse {
        guard let document = try? JSONDocument.parse(request.queryValue("query") ?? "") else {
            return LangfuseProvider.refusal(400, "Invalid JSON in query parameter", "InvalidRequestError")
        }
        do {
            let query = try LangfuseMetricsQuery(document)
            return .json(["data": .array(rows(query))])
        } catch {
            switch error {
            case .schema(let parameter): return LangfuseProvider.invalid(parameter)
            case .request(let message): return LangfuseProvider.refusal(400, message, "InvalidRequestError")
            }
        }
    }

    private struct Key: Hashable {
        var dimensions: [JSONValue]
        var bucket: String?
    }

    private func rows(_ query: LangfuseMetricsQuery) -> [JSONValue] {
        let found = observations.filter { query.contains($0) }
        let groups = Dictionary(grouping: found) { observation in
            Key(
                dimensions: query.dimensions.map { LangfuseColumn.value(of: observation, $0) },
                bucket: query.granularity.map { $0.bucket(of: observation.start) })
        }
        var rows = groups.map { row($0.key, $0.value, query) }
        if let granularity = query.granularity, query.order.isEmpty {
            let missing = Set(granularity.buckets(from: query.from, to: query.to))
                .subtracting(groups.keys.compactMap(\.bucket))
            let empty = query.dimensions.map { _ in JSONValue.string("") }
            rows += missing.map { row(Key(dimensions: empty, bucket: $0), [], query) }
        }
        let order = query.effectiveOrder
        rows.sort { left, right in
            for (field, isAscending) in order {
                let (own, other) = (Self.rank(left[field]), Self.rank(right[field]))
                if own != other { return (own < other) == isAscending }
            }
            return left.serialized < right.serialized
        }
        return Array(rows.prefix(query.rowLimit))
    }

    /// Numbers, also those in text, before texts.
    private static func rank(_ value: JSONValue?) -> (Double, String) {
        value?.double.map { ($0, "") } ?? (.infinity, value?.string ?? "")
    }

    private func row(_ key: Key, _ group: [SandboxObservation], _ query: LangfuseMetricsQuery) -> JSONValue {
        var members = zip(query.dimensions, key.dimensions).map { JSONValue.Member($0, $1) }
        if let bucket = key.bucket { members.append(.init("time_dimension", .string(bucket))) }
        members += query.metrics.map { .init($0.name, $0.value(of: group)) }
        return .object(members)
    }
}

/// A measure and what is made of it over a group.
struct LangfuseMetric: Hashable, Sendable {
    static let aggregations: Set<String> = ["sum", "avg", "count", "max", "min", "p50", "p75", "p90", "p95", "p99"]
    static let measures: Set<String> = [
        "count", "latency", "inputTokens", "outputTokens", "totalTokens", "totalCost",
    ]
    var measure: String
    var aggregation: String

    /// `sum_totalCost`.
    var name: String { "\(aggregation)_\(measure)" }

    /// As ClickHouse writes it: whole numbers of 64 bits in quotes, decimals and floating point without. Of an empty group,
    /// which only fills a gap in time, everything is 0.
    func value(of group: [SandboxObservation]) -> JSONValue {
        let values = measure == "count" ? group.map { _ in 1 } : group.map { LangfuseColumn.number(of: $0, measure) }
        let isWhole = measure == "count" || measure.hasSuffix("Tokens")
        switch aggregation {
        case "count": return .string(String(values.count))
        case "sum": return Self.spelled(values.reduce(0, +), isWhole)
        case "max": return Self.spelled(values.max() ?? 0, isWhole)
        case "min": return Self.spelled(values.min() ?? 0, isWhole)
        case "avg": return .number(values.reduce(0, +) / Double(max(1, values.count)))
        default:
            let share = (Double(aggregation.dropFirst()) ?? 50) / 100
            return .number(Self.percentile(values.sorted(), share) ?? 0)
        }
    }

    private static func spelled(_ value: Double, _ isWhole: Bool) -> JSONValue {
        isWhole ? .string(String(Int64(value))) : .number(value)
    }

    private static func percentile(_ sorted: [Double], _ share: Double) -> Double? {
        guard let last = sorted.indices.last else { return nil }
        let place = share * Double(last)
        let below = Int(place)
        let rest = place - Double(below)
        return sorted[below] * (1 - rest) + sorted[min(below + 1, last)] * rest
    }
}

/// The width of a bucket of time.
enum LangfuseGranularity: String, Sendable {
    case minute, hour, day, week, month

    /// What Langfuse takes for `auto`: about fifty buckets.
    static func automatic(over span: Span) -> LangfuseGranularity {
        switch span.seconds / 3600 {
        case ..<2: .minute
        case ..<72: .hour
        case ..<1440: .day
        case ..<8760: .week
        default: .month
        }
    }

    /// `2026-11-24T14:00:00Z`; a date alone from days on. Weeks start on Monday.
    func bucket(of instant: Instant) -> String {
        let start = start(of: instant).iso8601Seconds
        return self == .minute || self == .hour ? start : String(start.prefix(10))
    }

    private func start(of instant: Instant) -> Instant {
        switch self {
        case .minute: return instant.floored(to: .minutes(1))
        case .hour: return instant.startOfHour
        case .day: return instant.floored(to: .days(1))
        case .week:
            // The epoch was a Thursday, three days behind its Monday.
            let days = instant.floored(to: .days(1)).milliseconds / 86_400_000
            return Instant(milliseconds: (days - (days + 3) % 7) * 86_400_000)
        case .month:
            let date = instant.civil
            return Instant(milliseconds: CivilTime(year: date.year, month: date.month, day: 1).milliseconds)
        }
    }

    /// All buckets of a window, but for the one that holds its end.
    func buckets(from: Instant, to: Instant) -> [String] {
        let step: Span =
            switch self {
            case .minute: .minutes(1)
            case .hour: .hours(1)
            case .day, .week, .month: .days(1)
            }
        var names: [String] = []
        var moment = start(of: from)
        let end = start(of: to)
        while moment < end {
            let name = bucket(of: moment)
            if names.last != name { names.append(name) }
            moment = moment + step
        }
        return names
    }
}
