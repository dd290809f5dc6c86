import Basics
import JSON
import WebServer

/// `GET /api/public/v2/metrics?query=…` for hourly sums over observations: a row for each hour and group of dimensions. Other views,
/// measures and time widths are rejected.
struct LangfuseMetrics: Sendable {
    let observations: [SandboxObservation]
    static let defaultRows = 100
    static let maxRows = 1000

    private struct Refusal: Error {
        var response: WebResponse

        /// A member of the query has the wrong shape.
        static func schema(_ member: String) -> Refusal { Refusal(response: LangfuseProvider.invalid(member)) }
        /// The query is valid but not allowed.
        static func request(_ message: String) -> Refusal {
            Refusal(response: LangfuseProvider.refusal(400, message, "InvalidRequestError"))
        }
    }

    func answer(_ request: WebRequest) -> WebResponse {
        do throws(Refusal) {
            guard let query = try? JSONDocument.parse(request.queryValue("query") ?? "") else {
                throw .request("Invalid JSON in query parameter")
            }
            return .json(["data": .array(try rows(query))])
        } catch {
            return error.response
        }
    }

    private func rows(_ query: JSONValue) throws(Refusal) -> [JSONValue] {
        guard query["view"]?.string == "observations" else { throw .schema("view") }
        let (from, to) = try (Self.moment("fromTimestamp", of: query), Self.moment("toTimestamp", of: query))
        guard query["timeDimension"]?["granularity"]?.string == "hour" else { throw .schema("timeDimension") }
        let limit = query["config"]?["row_limit"].map { $0.int ?? 0 } ?? Self.defaultRows
        guard (1...Self.maxRows).contains(limit) else { throw .schema("config") }
        let dimensions = try (query["dimensions"]?.array ?? []).map { entry throws(Refusal) in try Self.dimension(entry)
        }
        let metrics = try (query["metrics"]?.array ?? []).map { entry throws(Refusal) in try Self.metric(entry) }
        // Both ends belong to the window.
        var groups = Dictionary(grouping: observations.filter { $0.start >= from && $0.start <= to }) { row in
            [JSONValue.string(row.start.startOfHour.iso8601Seconds)] + dimensions.map { $0.value(row) }
        }
        let hours = Set(groups.keys.map { $0[0] })
        for hour in stride(from: from.startOfHour.milliseconds, to: to.startOfHour.milliseconds, by: 3_600_000) {
            let name = JSONValue.string(Instant(milliseconds: hour).iso8601Seconds)
            if !hours.contains(name) { groups[[name] + dimensions.map { _ in "" }] = [] }
        }
        let names = ["time_dimension"] + dimensions.map(\.name)
        return groups.sorted { $0.key[0].string ?? "" < $1.key[0].string ?? "" }.prefix(limit).map { key, group in
            let sums = metrics.map { JSONValue.Member($0.name, $0.sum(group)) }
            return .object(zip(names, key).map { JSONValue.Member($0, $1) } + sums)
        }
    }

    private static func moment(_ name: String, of query: JSONValue) throws(Refusal) -> Instant {
        guard let moment = query[name]?.instant else { throw .schema(name) }
        return moment
    }

    private static func dimension(
        _ entry: JSONValue
    ) throws(Refusal) -> (name: String, value: @Sendable (SandboxObservation) -> JSONValue) {
        guard let name = entry["field"]?.string else { throw .schema("dimensions") }
        guard let value = dimensions[name] else { throw .request("Invalid dimension \(name).") }
        return (name, value)
    }

    private static let dimensions: [String: @Sendable (SandboxObservation) -> JSONValue] = [
        "type": { .string($0.type) }, "name": { .string($0.name) }, "providedModelName": { .string($0.model) },
        "promptName": { .string($0.promptName) }, "promptVersion": { JSONValue($0.promptVersion) },
        "environment": { .string($0.environment) }, "level": { .string($0.level) },
    ]

    /// The name and the sum over a group, as ClickHouse writes it: 64-bit integers in quotes, floating point numbers without.
    private static func metric(
        _ entry: JSONValue
    ) throws(Refusal) -> (name: String, sum: ([SandboxObservation]) -> JSONValue) {
        guard let measure = entry["measure"]?.string, let aggregation = entry["aggregation"]?.string else {
            throw .schema("metrics")
        }
        let name = "\(aggregation)_\(measure)"
        guard let value = measures[name] else { throw .request("Invalid metric \(name).") }
        return (
            name,
            { group in
                let sum = group.reduce(0) { $0 + value($1) }
                return name == "sum_totalCost" ? .number(sum) : .string(String(Int64(sum)))
            }
        )
    }

    private static let measures: [String: @Sendable (SandboxObservation) -> Double] = [
        "count_count": { _ in 1 }, "sum_totalCost": { $0.cost }, "sum_inputTokens": { Double($0.inputTokens) },
        "sum_outputTokens": { Double($0.outputTokens) },
    ]
}
