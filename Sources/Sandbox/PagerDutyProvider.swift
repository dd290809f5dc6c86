import Basics
import JSON
import WebServer

/// PagerDuty's REST API, version 2, reading: offsets with `more`, and incidents of one month by default.
struct PagerDutyProvider: Sendable {
    static let token = "pd-sandbox-000000001"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        var response = answer(request)
        response.headers += [
            .init("ratelimit-limit", "960"), .init("ratelimit-remaining", "958"),
            .init("ratelimit-reset", String(60 - world.clock.now().milliseconds / 1000 % 60)),
        ]
        return response
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard request.header("authorization") == "Token token=\(Self.token)" else {
            return Self.refusal(401, 2006, "Unauthorized")
        }
        let parts = request.path.split(separator: "/").map(String.init)
        let account = world.read(\.pagerDuty)
        let rows = PagerDutyRows(account: account)
        switch (request.method, parts.first, parts.count) {
        case ("GET", "incidents", 1): return incidents(request, rows)
        case ("GET", "services", 1): return Self.page("services", services(request, rows), request)
        case ("GET", "services", 2): return one("service", account.services.first { $0.id == parts[1] }.map(rows.row))
        case ("GET", "oncalls", 1): return Self.page("oncalls", onCalls(request, rows), request)
        case ("GET", "users", 1): return Self.page("users", users(request, rows), request)
        case ("GET", "users", 2): return one("user", account.users.first { $0.id == parts[1] }.map(rows.row))
        case ("GET", "log_entries", 1): return Self.page("log_entries", entries(request, rows), request)
        case ("GET", "incidents", 2...3): return incident(request, parts, rows)
        case ("GET", _, _): return PagerDutyLists(world: world).answer(request, parts)
        default: return Self.notFound
        }
    }

    static let notFound = refusal(404, 2100, "Not Found")

    static func refusal(_ status: Int, _ code: Int, _ message: String, _ errors: [String] = []) -> WebResponse {
        .json(
            ["error": ["message": .string(message), "code": JSONValue(code), "errors": .strings(errors)]],
            status: status)
    }

    static func invalid(_ errors: String...) -> WebResponse { refusal(400, 2001, "Invalid Input Provided", errors) }

    private func one(_ name: String, _ row: JSONValue?) -> WebResponse {
        row.map { .json([name: $0]) } ?? Self.notFound
    }

    /// A page of a list. The maximum limit is 100; `total` is null unless requested.
    static func page(_ name: String, _ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let limit = min(100, max(1, request.number("limit") ?? 25))
        let offset = request.number("offset") ?? 0
        guard offset + limit <= 10_000 else {
            return refusal(
                400, 2002, "Arguments Caused Error",
                [
                    "Offset+limit exceeds maximum allowed value of 10000. Please try to refine your search to reduce "
                        + "the returned set of records below this number, like adding a date range."
                ])
        }
        let page = rows.dropFirst(offset).prefix(limit)
        let total: JSONValue = request.queryValue("total") == "true" ? JSONValue(rows.count) : .null
        return .json([
            name: .array(Array(page)), "limit": JSONValue(limit), "offset": JSONValue(offset), "total": total,
            "more": .bool(offset + page.count < rows.count),
        ])
    }

    // MARK: lists

    private func incidents(_ request: WebRequest, _ rows: PagerDutyRows) -> WebResponse {
        guard let window = PagerDutyWindow(request, now: world.clock.now()) else {
            return Self.invalid("The date range must not be longer than 6 months.")
        }
        let found = rows.account.incidents.filter { incident in
            window.contains(incident.created) && request.allowsAny("statuses[]", incident.status)
                && request.allowsAny("urgencies[]", incident.urgency)
                && request.allowsAny("service_ids[]", incident.service)
                && request.allows("incident_key", incident.incidentKey)
        }
        guard let order = PagerDutyOrder(request.queryValue("sort_by") ?? "created_at:asc") else {
            return Self.invalid("Invalid sort_by")
        }
        return Self.page("incidents", found.sorted(by: order.isBefore).map(rows.row), request)
    }

    private func services(_ request: WebRequest, _ rows: PagerDutyRows) -> [JSONValue] {
        rows.account.services.sorted { $0.name < $1.name }.map(rows.row).having(request.queryValue("query"), in: "name")
    }

    private func users(_ request: WebRequest, _ rows: PagerDutyRows) -> [JSONValue] {
        let name = request.queryValue("query")?.lowercased()
        return rows.account.users.filter { user in
            name.map { user.name.lowercased().contains($0) || user.email.lowercased().contains($0) } ?? true
        }.sorted { $0.name < $1.name }.map(rows.row)
    }

    private func onCalls(_ request: WebRequest, _ rows: PagerDutyRows) -> [JSONValue] {
        let since = request.moment("since") ?? world.clock.now()
        let until = request.moment("until") ?? since
        return rows.account.onCalls.filter { call in
            request.allowsAny("user_ids[]", call.user) && request.allowsAny("escalation_policy_ids[]", call.policy.id)
                && request.allowsAny("schedule_ids[]", call.schedule?.id ?? "")
                && (call.start.map { $0 <= until } ?? true) && (call.end.map { $0 > since } ?? true)
        }.map(rows.row)
    }

    /// Of all incidents, newest first.
    private func entries(_ request: WebRequest, _ rows: PagerDutyRows) -> [JSONValue] {
        let all = rows.account.incidents.flatMap { incident in incident.entries.map { (incident, $0) } }
        return all.filter { request.covers($1.created, from: "since", to: "until") }
            .sorted { $0.1.created > $1.1.created }.map { rows.row($1, of: $0) }
    }

    // MARK: one incident

    private func incident(_ request: WebRequest, _ parts: [String], _ rows: PagerDutyRows) -> WebResponse {
        guard let incident = rows.account.incidents.first(where: { $0.id == parts[1] }) else { return Self.notFound }
        switch parts.dropFirst(2).first {
        case nil: return one("incident", rows.row(incident))
        case "alerts": return Self.page("alerts", incident.alerts.map { rows.row($0, of: incident) }, request)
        case "notes": return one("notes", .array(incident.notes.map(rows.row)))
        case "log_entries":
            let entries = incident.entries.sorted { $0.created > $1.created }
            return Self.page("log_entries", entries.map { rows.row($0, of: incident) }, request)
        default: return PagerDutyLists(world: world).answer(request, parts)
        }
    }
}

/// The creation times of a list of incidents: the last month, unless set in the request.
private struct PagerDutyWindow {
    private let bounds: (since: Instant, until: Instant)?

    /// Nil when the window is longer than six months.
    init?(_ request: WebRequest, now: Instant) {
        guard request.queryValue("date_range") != "all" else {
            bounds = nil
            return
        }
        let until = request.moment("until") ?? now
        let since = request.moment("since") ?? until - .days(30)
        guard until - since <= .days(184) else { return nil }
        bounds = (since, until)
    }

    func contains(_ instant: Instant) -> Bool {
        bounds.map { instant >= $0.since && instant <= $0.until } ?? true
    }
}

/// `sort_by`: up to two fields with their directions.
private struct PagerDutyOrder {
    private let keys: [(field: String, isAscending: Bool)]

    init?(_ text: String) {
        keys = text.split(separator: ",").map { key in
            let parts = key.split(separator: ":")
            return (String(parts.first ?? ""), parts.dropFirst().first != "desc")
        }
        let known = ["incident_number", "created_at", "resolved_at", "urgency"]
        guard (1...2).contains(keys.count), keys.allSatisfy({ known.contains($0.field) }) else { return nil }
    }

    func isBefore(_ left: PagerDutyAccount.Incident, _ right: PagerDutyAccount.Incident) -> Bool {
        for key in keys where rank(left, key.field) != rank(right, key.field) {
            return (rank(left, key.field) < rank(right, key.field)) == key.isAscending
        }
        return left.number < right.number
    }

    private func rank(_ incident: PagerDutyAccount.Incident, _ field: String) -> Int64 {
        switch field {
        case "incident_number": Int64(incident.number)
        case "created_at": incident.created.milliseconds
        case "resolved_at": incident.resolved?.milliseconds ?? .max
        default: incident.urgency == "high" ? 1 : 0
        }
    }
}
