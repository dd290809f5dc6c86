import Basics
import WebServer

/// `GET /api/v1/query`: the points of `AGGREGATION:METRIC{TAGS} by {KEYS}` between two epoch seconds; and the names of
/// metrics, those that reported since `from` and those that are searched for.
struct DatadogMetrics: Sendable {
    let series: [DatadogAccount.Series]

    private struct Query {
        var aggregation: String
        var metric: String
        var scope: [String]
        var groups: [String]

        /// Nil for any other query; functions around a query are not supported.
        init?(_ text: String) {
            guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}") else { return nil }
            let head = text[..<open].split(separator: ":", maxSplits: 1).map(String.init)
            guard let metric = head.last, metric.allSatisfy({ $0.isLetter || $0.isNumber || "._".contains($0) }) else {
                return nil
            }
            aggregation = head.count == 2 ? head[0] : "avg"
            guard ["avg", "sum", "min", "max"].contains(aggregation) else { return nil }
            self.metric = metric
            scope = Self.list(text[text.index(after: open)..<close]).filter { $0 != "*" }
            let rest = text[text.index(after: close)...]
            let inner = rest.firstRange(of: "by {").map { rest[$0.upperBound...].prefix { $0 != "}" } } ?? ""
            groups = Self.list(inner)
        }

        private static func list(_ text: Substring) -> [String] {
            text.split(separator: ",").map { $0.filter { $0 != " " } }
        }
    }

    /// A query that cannot be read is status `error` under HTTP 200.
    func answer(_ request: WebRequest) -> WebResponse {
        guard let from = request.queryValue("from").flatMap({ Int64($0) }),
            let to = request.queryValue("to").flatMap({ Int64($0) }), let text = request.queryValue("query")
        else { return DatadogProvider.refusal(400, "Missing required parameter: from, to and query are needed") }
        let query = Query(text)
        let found = query.map { rows($0, from: from * 1000, to: to * 1000) } ?? []
        return .json(
            .fields([
                "status": query == nil ? "error" : "ok", "res_type": "time_series", "resp_version": 1,
                "query": .string(text), "from_date": .integer(from * 1000), "to_date": .integer(to * 1000),
                "series": .array(found), "values": [], "times": [], "message": "", "group_by": [],
                "error": query == nil ? .some(.string("Error parsing query: \(text)")) : .none,
            ]))
    }

    /// `GET /api/v1/metrics` and `GET /api/v1/search`.
    func names(_ request: WebRequest) -> WebResponse {
        if request.path == "/api/v1/search" { return search(request) }
        guard let text = request.queryValue("from"), let from = Int64(text) else {
            return DatadogProvider.refusal(400, "Missing required parameter: from")
        }
        guard let filter = SearchQuery(request.queryValue("tag_filter") ?? "") else {
            return DatadogProvider.refusal(400, "Invalid tag_filter")
        }
        let found = series.filter { series in
            series.points.contains { $0.time.milliseconds >= from * 1000 }
                && filter.matches("") { DatadogAttributes.values(of: $0, tags: series.tags, attributes: [:]) }
        }
        return .json(object(from: text, metrics: Self.distinct(found)))
    }

    /// `q` is a part of a name, with `metrics:` before it where hosts are not wanted; hosts are never found here.
    private func search(_ request: WebRequest) -> WebResponse {
        guard let wanted = request.queryValue("q") else {
            return DatadogProvider.refusal(400, "Missing required parameter: q")
        }
        let part = wanted.hasPrefix("metrics:") ? String(wanted.dropFirst(8)) : wanted
        let found = series.filter { part.isEmpty || $0.metric.contains(part) }
        return .json(object(results: object(metrics: Self.distinct(found), hosts: emptyList)))
    }

    private static func distinct(_ series: [DatadogAccount.Series]) -> JSONValue {
        .strings(Set(series.map(\.metric)).sorted())
    }

    private func rows(_ query: Query, from: Int64, to: Int64) -> [JSONValue] {
        let matching = series.filter { series in
            series.metric == query.metric && query.scope.allSatisfy(series.tags.contains)
        }
        let groups = Dictionary(grouping: matching) { series in
            series.tags.filter { tag in query.groups.contains { tag.hasPrefix("\($0):") } }
        }
        return groups.sorted { $0.key.joined() < $1.key.joined() }.compactMap { tags, members in
            row(query, tags: tags, members, from...max(from, to))
        }
    }

    private func row(
        _ query: Query, tags: [String], _ members: [DatadogAccount.Series], _ window: ClosedRange<Int64>
    ) -> JSONValue? {
        let points = Dictionary(grouping: members.flatMap(\.points)) { $0.time.milliseconds }
            .filter { window.contains($0.key) }.sorted { $0.key < $1.key }
        guard let first = points.first, let last = points.last, let interval = members.first?.interval else {
            return nil
        }
        let list = points.map { time, points in
            let value = Self.combined(points.compactMap(\.value), query.aggregation)
            return JSONValue.array([.number(Double(time)), JSONValue(value)])
        }
        let scope = (query.scope + tags).joined(separator: ",")
        return object(
            metric: query.metric, display_name: query.metric,
            expression: "\(query.aggregation):\(query.metric){\(scope.isEmpty ? "*" : scope)}",
            scope: scope.isEmpty ? "*" : scope, tag_set: tags, aggr: query.aggregation, interval: interval,
            length: list.count, start: first.key, end: last.key + Int64(interval) * 1000 - 1, query_index: 0, unit: nil,
            attributes: object(), pointlist: list)
    }

    private static func combined(_ values: [Double], _ aggregation: String) -> Double? {
        guard !values.isEmpty else { return nil }
        switch aggregation {
        case "sum": return values.reduce(0, +)
        case "min": return values.min()
        case "max": return values.max()
        default: return values.reduce(0, +) / Double(values.count)
        }
    }
}
