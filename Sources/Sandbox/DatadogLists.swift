import Basics
import WebServer

/// Datadog's static lists: the service catalog, dashboards, downtimes, SLOs, synthetic tests, users, and the calls between
/// services. Each has its own paging. The paths of the records are those of the API without `/api/`.
struct DatadogLists: Sendable {
    let world: SandboxWorld

    /// Nil for a path that is none of them.
    func answer(_ request: WebRequest) -> WebResponse? {
        let path = String(request.path.dropFirst("/api/".count))
        let service = "v1/service_dependencies/"
        if path.hasPrefix(service) { return dependencies(String(path.dropFirst(service.count)), request) }
        guard let rows = world.read({ $0.lists[.datadog]?[path] }) else { return nil }
        switch path {
        case "v2/services/definitions": return .json(["data": numbered(rows, request)])
        case "v1/dashboard":
            return .json(["dashboards": slice(rows, from: request.number("start"), request.number("count") ?? 100)])
        case "v2/downtime": return downtimes(rows, request)
        case "v1/slo": return objectives(rows, request)
        case "v1/synthetics/tests":
            let size = request.number("page_size") ?? 100
            return .json(["tests": slice(rows, from: (request.number("page_number") ?? 0) * size, size)])
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
        ["page": ["total_count": JSONValue(rows.count), "total_filtered_count": JSONValue(found.count)]]
    }

    private func downtimes(_ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let found = rows.filter { row in
            request.queryValue("current_only") != "true" || row["attributes"]?["status"]?.string == "active"
        }
        let page = slice(found, from: request.number("page[offset]"), request.number("page[limit]") ?? 30)
        return .json(["data": page, "meta": ["page": ["total_filtered_count": JSONValue(found.count)]]])
    }

    /// `tags_query` is one tag.
    private func objectives(_ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let tag = request.stated("tags_query").map(JSONValue.string)
        let found = rows.having(request.queryValue("query"), in: "name").filter { row in
            tag.map { row["tags"]?.array?.contains($0) ?? false } ?? true
        }
        let page = slice(found, from: request.number("offset"), request.number("limit") ?? 1000)
        return .json(["data": page, "errors": [], "metadata": counts(rows, found)])
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
        return .json(["data": numbered(found, request), "meta": counts(rows, found)])
    }

    /// Of one service. `env` has to be there; a service that is not known neither calls nor is called.
    private func dependencies(_ service: String, _ request: WebRequest) -> WebResponse {
        guard request.queryValue("env") != nil else {
            return DatadogProvider.refusal(400, "Missing required parameter: env")
        }
        let calls = world.read { $0.lists[.datadog]?["v1/service_dependencies"] } ?? []
        func names(_ wanted: String, where other: String) -> JSONValue {
            .array(calls.filter { $0[other]?.string == service }.compactMap { $0[wanted] })
        }
        return .json([
            "name": .string(service), "called_by": names("caller", where: "called"),
            "calls": names("called", where: "caller"),
        ])
    }
}
