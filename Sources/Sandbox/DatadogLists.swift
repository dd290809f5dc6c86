import Basics
import WebServer

/// Datadog's static lists: the service catalog, dashboards, downtimes, SLOs, synthetic tests, users, and the calls between
/// services. Each has its own paging. The paths of the records are those of the API without `/api/`.
struct DatadogLists: Sendable {
    let world: SandboxWorld

    /// Nil for any other path.
    func answer(_ request: WebRequest) -> WebResponse? {
        let path = String(request.path.dropFirst("/api/".count))
        let service = "v1/service_dependencies/"
        if path.hasPrefix(service) { return dependencies(String(path.dropFirst(service.count)), request) }
        guard let rows = world.list(.datadog, path) else { return nil }
        switch path {
        case "v2/services/definitions": return .json(object(data: numbered(rows, request)))
        case "v1/dashboard":
            return .json(object(dashboards: slice(rows, from: request.number("start"), request.number("count") ?? 100)))
        case "v2/downtime": return downtimes(rows, request)
        case "v1/slo": return objectives(rows, request)
        case "v1/synthetics/tests":
            let size = request.number("page_size") ?? 100
            return .json(object(tests: slice(rows, from: (request.number("page_number") ?? 0) * size, size)))
        case "v2/users": return users(rows, request)
        default: return nil
        }
    }

    private func slice(_ rows: [JSONValue], from offset: Int?, _ size: Int) -> JSONValue {
        .array(Array(rows.dropFirst(offset ?? 0).prefix(size)))
    }

    /// `page[number]` from 0. A page after the last is empty; the last page is not marked.
    private func numbered(_ rows: [JSONValue], _ request: WebRequest) -> JSONValue {
        let size = min(100, max(1, request.number("page[size]") ?? 10))
        return slice(rows, from: (request.number("page[number]") ?? 0) * size, size)
    }

    private func counts(_ rows: [JSONValue], _ found: [JSONValue]) -> JSONValue {
        object(page: object(total_count: rows.count, total_filtered_count: found.count))
    }

    private func downtimes(_ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let found = rows.filter { row in
            request.queryValue("current_only") != "true" || row["attributes"]?["status"]?.string == "active"
        }
        let page = slice(found, from: request.number("page[offset]"), request.number("page[limit]") ?? 30)
        return .json(object(data: page, meta: object(page: object(total_filtered_count: found.count))))
    }

    /// `tags_query` is one tag.
    private func objectives(_ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let tag = request.stated("tags_query").map(JSONValue.string)
        let found = rows.having(request.queryValue("query"), in: "name").filter { row in
            tag.map { row["tags"]?.array?.contains($0) ?? false } ?? true
        }
        let page = slice(found, from: request.number("offset"), request.number("limit") ?? 1000)
        return .json(object(data: page, errors: emptyList, metadata: counts(rows, found)))
    }

    /// `filter` is a part of a name or an address, `filter[status]` some words with commas between.
    private func users(_ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let part = request.queryValue("filter")?.lowercased() ?? ""
        let statuses = request.list("filter[status]")
        let found = rows.filter { row in
            let texts = ["name", "email"].compactMap { row["attributes"]?[$0]?.string?.lowercased() }
            return (part.isEmpty || texts.contains { $0.contains(part) })
                && (statuses.isEmpty || row["attributes"]?["status"]?.string.map(statuses.contains) ?? false)
        }
        return .json(object(data: numbered(found, request), meta: counts(rows, found)))
    }

    /// Of one service. `env` has to be there; a service that is not known neither calls nor is called.
    private func dependencies(_ service: String, _ request: WebRequest) -> WebResponse {
        guard request.queryValue("env") != nil else {
            return DatadogProvider.refusal(400, "Missing required parameter: env")
        }
        let calls = world.list(.datadog, "v1/service_dependencies") ?? []
        func names(_ wanted: String, where other: String) -> JSONValue {
            .array(calls.filter { $0[other]?.string == service }.compactMap { $0[wanted] })
        }
        return .json(
            object(name: service, called_by: names("caller", where: "called"), calls: names("called", where: "caller")))
    }
}
