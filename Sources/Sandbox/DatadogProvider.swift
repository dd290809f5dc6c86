import Basics
import WebServer

/// Datadog's API: two keys, limits by endpoint in every answer's headers, and a way of paging for each kind of list.
struct DatadogProvider: Sendable {
    static let apiKey = "dd-api-sandbox-0000000000000001"
    static let applicationKey = "dd-app-sandbox-000000000000000000000001"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        let limit = Self.limit(of: request.path)
        let reset = limit.period - world.clock.now().milliseconds / 1000 % limit.period
        return answer(request).adding([
            "X-RateLimit-Limit": "\(limit.count)", "X-RateLimit-Period": "\(limit.period)",
            "X-RateLimit-Remaining": "\(limit.count - 1)", "X-RateLimit-Reset": "\(reset)",
            "X-RateLimit-Name": limit.name,
        ])
    }

    /// Requests to an endpoint per period of seconds, aligned to the clock.
    private static func limit(of path: String) -> (name: String, count: Int, period: Int64) {
        switch path {
        case "/api/v2/logs/events/search": ("logs_public_search_api", 300, 3600)
        case "/api/v2/spans/events/search", "/api/v2/spans/events": ("spans_public_search_api", 300, 3600)
        case "/api/v1/query": ("metrics_query", 1600, 3600)
        default: ("public_api", 1000, 60)
        }
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard request.header("dd-api-key") == Self.apiKey,
            request.header("dd-application-key") == Self.applicationKey
        else { return Self.refusal(403, "Forbidden") }
        let account = world.read(\.datadog)
        switch (request.method, request.path) {
        case ("GET", "/api/v1/monitor"): return monitors(account.monitors, request)
        case ("GET", "/api/v1/monitor/search"): return searchMonitors(account.monitors, request)
        case ("POST", "/api/v2/logs/events/search"): return search(account.logs, request)
        case ("POST", "/api/v2/spans/events/search"), ("GET", "/api/v2/spans/events"):
            return search(account.spans, request)
        case ("POST", "/api/v2/events/search"): return search(account.events, request)
        case ("GET", "/api/v1/query"): return DatadogMetrics(series: account.series).answer(request)
        case ("GET", "/api/v2/incidents"): return incidents(account.incidents, request)
        case ("GET", "/api/v2/incidents/search"): return searchIncidents(account.incidents, request)
        case ("GET", "/api/v1/hosts"): return hosts(account.hosts, request)
        case ("GET", "/api/v1/metrics"), ("GET", "/api/v1/search"):
            return DatadogMetrics(series: account.series).names(request)
        case ("GET", _): return DatadogLists(world: world).answer(request) ?? Self.refusal(404, "Not found")
        default: return Self.refusal(404, "Not found")
        }
    }

    static func refusal(_ status: Int, _ message: String) -> WebResponse {
        .json(object(errors: [message]), status: status)
    }

    private func search(_ rows: [any DatadogSearchable], _ request: WebRequest) -> WebResponse {
        do {
            let page = try DatadogSearch(request, now: world.clock.now()).page(of: rows).serialized
            guard request.path.contains("/spans/") else { return .json(page) }
            return WebResponse(
                status: 200, headers: [.init("Content-Type", "application/vnd.api+json")], body: Array(page.utf8))
        } catch {
            return Self.refusal(400, error.message)
        }
    }

    /// By id. Without `page` everything at once. A page after the last is empty; the last page is not marked.
    private func monitors(_ monitors: [DatadogAccount.Monitor], _ request: WebRequest) -> WebResponse {
        let name = request.queryValue("name")?.lowercased()
        let tags = request.list("monitor_tags")
        let found = monitors.filter { monitor in
            (name.map { monitor.name.lowercased().contains($0) } ?? true) && tags.allSatisfy(monitor.tags.contains)
        }.sorted { $0.id < $1.id }
        let size = min(1000, max(1, request.number("page_size") ?? 100))
        var page = found[...]
        if let after = request.number("id_offset") {
            page = found.filter { $0.id > after }.prefix(size)
        } else if let index = request.number("page") {
            page = found.dropFirst(index * size).prefix(size)
        }
        return .json(.array(page.map(\.row)))
    }

    /// `query` has words of the name and `status:`, `type:` (the classification) and `tag:`.
    private func searchMonitors(_ monitors: [DatadogAccount.Monitor], _ request: WebRequest) -> WebResponse {
        guard let query = SearchQuery(request.queryValue("query") ?? "") else {
            return Self.refusal(400, "Invalid query")
        }
        let found = monitors.filter { monitor in
            query.matches(monitor.name) { key in
                switch key {
                case "status": [monitor.state]
                case "type": [monitor.classification]
                case "tag": monitor.tags
                default: []
                }
            }
        }.sorted { $0.name < $1.name }
        let size = max(1, request.number("per_page") ?? 30)
        let index = request.number("page") ?? 0
        let page = found.dropFirst(index * size).prefix(size)
        return .json(
            object(
                monitors: page.map(\.foundRow),
                metadata: object(
                    total_count: found.count, page_count: (found.count + size - 1) / size, page: index, per_page: size))
        )
    }

    /// `meta.pagination.size` is the number of rows; `next_offset` is absent on the last page.
    private func incidents(_ incidents: [DatadogAccount.Incident], _ request: WebRequest) -> WebResponse {
        let size = min(100, max(1, request.number("page[size]") ?? 10))
        let offset = request.number("page[offset]") ?? 0
        let page = incidents.sorted { $0.number < $1.number }.dropFirst(offset).prefix(size)
        let hasMore = offset + page.count < incidents.count
        let pagination = JSONValue.fields([
            "size": JSONValue(page.count), "offset": JSONValue(offset),
            "next_offset": hasMore ? .some(JSONValue(offset + page.count)) : .none,
        ])
        return .json(object(meta: object(pagination: pagination), data: page.map(\.row)))
    }

    /// An object with the incidents, each wrapped once more; `next_offset` is also present on the last page.
    private func searchIncidents(_ incidents: [DatadogAccount.Incident], _ request: WebRequest) -> WebResponse {
        guard let query = SearchQuery(request.queryValue("query") ?? "") else {
            return Self.refusal(400, "Invalid query")
        }
        let isAscending = request.queryValue("sort") == "created"
        let found = incidents.filter { incident in
            query.matches(incident.title) { key in
                switch key {
                case "state": [incident.state]
                case "severity": [incident.severity]
                default: []
                }
            }
        }.sorted { ($0.created < $1.created) == isAscending && $0.created != $1.created }
        let size = min(100, max(1, request.number("page[size]") ?? 10))
        let offset = request.number("page[offset]") ?? 0
        let page = found.dropFirst(offset).prefix(size)
        let pagination: JSONValue = object(size: page.count, offset: offset, next_offset: offset + page.count)
        return .json(
            object(
                data: object(
                    type: "incidents_search_results",
                    attributes: object(total: found.count, incidents: page.map { object(data: $0.row) })),
                meta: object(pagination: pagination)))
    }

    private func hosts(_ hosts: [DatadogAccount.Host], _ request: WebRequest) -> WebResponse {
        let filter = request.stated("filter")
        let found = hosts.filter { host in
            filter.map { host.name.contains($0) || host.tags.contains($0) } ?? true
        }.sorted { $0.name < $1.name }
        let size = min(1000, max(1, request.number("count") ?? 100))
        let page = found.dropFirst(request.number("start") ?? 0).prefix(size)
        return .json(object(host_list: page.map(\.row), total_matching: found.count, total_returned: page.count))
    }
}
