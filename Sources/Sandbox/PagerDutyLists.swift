import Basics
import WebServer

/// PagerDuty's static lists: on-call users and contacts, teams, priorities, maintenance, changes, and similar incidents. The paths of
/// the records are those of the API.
struct PagerDutyLists: Sendable {
    let world: SandboxWorld

    /// `parts` is the request's path.
    func answer(_ request: WebRequest, _ parts: [String]) -> WebResponse {
        guard let first = parts.first else { return PagerDutyProvider.notFound }
        let path = parts.joined(separator: "/")
        switch (first, parts.count) {
        case ("incidents", 3): return ofIncident(path, parts[2])
        case ("analytics", 4): return records(path)?.first.map { .json($0) } ?? PagerDutyProvider.notFound
        case ("change_events", 1): return changes(request)
        case ("maintenance_windows", 1): return windows(request)
        case ("schedules", 1): return schedules(request)
        case (_, 1):
            guard let rows = records(first) else { return PagerDutyProvider.notFound }
            return PagerDutyProvider.page(first, rows.having(request.queryValue("query"), in: "name"), request)
        default: return PagerDutyProvider.notFound
        }
    }

    private func records(_ path: String) -> [JSONValue]? { world.list(.pagerduty, path) }

    /// Short lists of an incident. They are not paged.
    private func ofIncident(_ path: String, _ name: String) -> WebResponse {
        let rows = JSONValue.array(records(path) ?? [])
        let answer: JSONValue
        switch name {
        case "past_incidents": answer = object(past_incidents: rows, total: rows.array?.count, limit: 5)
        case "related_incidents": answer = object(related_incidents: rows)
        case "related_change_events":
            answer = object(change_events: rows, limit: nil, offset: nil, total: nil, more: false)
        default: return PagerDutyProvider.notFound
        }
        return .json(answer)
    }

    /// The latest first. The bounds are moments in UTC; another zone is refused.
    private func changes(_ request: WebRequest) -> WebResponse {
        for name in ["since", "until"] {
            guard let text = request.queryValue(name) else { continue }
            guard text.hasSuffix("Z"), Instant(iso8601: text) != nil else {
                return PagerDutyProvider.invalid("\(name) must be an ISO 8601 date in UTC.")
            }
        }
        let rows = (records("change_events") ?? []).filter { row in
            row["timestamp"]?.instant.map { request.covers($0, from: "since", to: "until") } ?? false
        }
        return PagerDutyProvider.page("change_events", rows, request)
    }

    /// `filter` is `past`, `future`, `ongoing`, `open` (ongoing or future) or `all`.
    private func windows(_ request: WebRequest) -> WebResponse {
        let (now, filter) = (world.clock.now(), request.queryValue("filter") ?? "all")
        guard ["past", "future", "ongoing", "open", "all"].contains(filter) else {
            return PagerDutyProvider.invalid("Invalid filter")
        }
        let rows = (records("maintenance_windows") ?? []).filter { row in
            guard let start = row["start_time"]?.instant, let end = row["end_time"]?.instant else { return false }
            switch filter {
            case "past": return end <= now
            case "future": return start > now
            case "ongoing": return start <= now && end > now
            case "open": return end > now
            default: return true
            }
        }.having(request.queryValue("query"), in: "description")
        return PagerDutyProvider.page("maintenance_windows", rows, request)
    }

    /// Their layers are returned on request only.
    private func schedules(_ request: WebRequest) -> WebResponse {
        let hasLayers = request.query.contains { $0.name == "include[]" && $0.value == "schedule_layers" }
        let rows = (records("schedules") ?? []).having(request.queryValue("query"), in: "name")
        return PagerDutyProvider.page(
            "schedules", hasLayers ? rows : rows.map { $0.removing(["schedule_layers"]) }, request)
    }
}
