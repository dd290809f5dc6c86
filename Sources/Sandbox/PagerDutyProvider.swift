import Basics
import JSON
import WebServer

/// PagerDuty's REST API, version 2, reading: offsets with `more`, and incidents of one month by default.
struct PagerDutyProvider: Sendable {
    static let token = "pd-sandbox-000000001"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        answer(request).adding([
            "ratelimit-limit": "960", "ratelimit-remaining": "958",
            "ratelimit-reset": "\(60 - world.clock.now().milliseconds / 1000 % 60)",
        ])
    }

    static let routingKey = "R0SANDBOX0000000000000000000001"

    private func answer(_ request: WebRequest) -> WebResponse {
        if request.path == "/v2/enqueue" { return PagerDutyWrites(world: world).event(request) }
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
        case ("GET", "log_entries", 1): return Self.page("log_entries", entries(request, rows), request)
        case ("POST", "incidents", 3) where parts[2] == "notes":
            return PagerDutyWrites(world: world).note(on: parts[1], request)
        case ("GET", "incidents", 2...3): return incident(request, parts, rows)
        case ("GET", _, _): return PagerDutyLists(world: world).answer(request, parts)
        default: return Self.notFound
        }
    }

    static let notFound = refusal(404, 2100, "Not Found")

    static func refusal(_ status: Int, _ code: Int, _ message: String, _ errors: [String] = []) -> WebResponse {
        .json(object(error: object(message: message, code: code, errors: errors)), status: status)
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
        guard let window = window(request) else {
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

    /// The creation times of a list of incidents: the last month, unless set in the request. Nil if longer than six months.
    private func window(_ request: WebRequest) -> ClosedRange<Instant>? {
        if request.queryValue("date_range") == "all" { return Instant(milliseconds: 0)...Instant(milliseconds: .max) }
        let until = request.moment("until") ?? world.clock.now()
        let since = request.moment("since") ?? until - .days(30)
        return until - since <= .days(184) ? since...max(since, until) : nil
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

/// `sort_by`: up to two fields with their directions.
private struct PagerDutyOrder {
    private let keys: [(field: String, isAscending: Bool)]

    init?(_ text: String) {
        keys = text.split(separator: ",").map { key in
            let parts = key.split(separator: ":")
            return (String(parts.first ?? ""), parts.dropFirst().first != "desc")
        }
        guard (1...2).contains(keys.count), keys.allSatisfy({ Self.ranks[$0.field] != nil }) else { return nil }
    }

    private static let ranks: [String: @Sendable (PagerDutyAccount.Incident) -> Int64] = [
        "incident_number": { Int64($0.number) }, "created_at": \.created.milliseconds,
        "resolved_at": { $0.resolved?.milliseconds ?? .max }, "urgency": { $0.urgency == "high" ? 1 : 0 },
    ]

    func isBefore(_ left: PagerDutyAccount.Incident, _ right: PagerDutyAccount.Incident) -> Bool {
        for key in keys {
            guard let rank = Self.ranks[key.field], rank(left) != rank(right) else { continue }
            return (rank(left) < rank(right)) == key.isAscending
        }
        return left.number < right.number
    }
}
