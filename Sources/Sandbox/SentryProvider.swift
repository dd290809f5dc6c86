import Basics
import WebServer

/// Sentry's lists, paged by the Link header like the real ones: there is always a next link, which says whether it has results.
struct SentryProvider: Sendable {
    static let token = "sntryu_sandbox0000000001"
    static let organisation = "acme"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        answer(request).adding([
            "X-Sentry-Rate-Limit-Limit": "40", "X-Sentry-Rate-Limit-Remaining": "39",
            "X-Sentry-Rate-Limit-Reset": "\(world.clock.now().milliseconds / 1000 + 1)",
        ])
    }

    private static let notFound = refusal(404, "The requested resource does not exist")

    private static func refusal(_ status: Int, _ detail: String) -> WebResponse {
        .json(object(detail: detail), status: status)
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard request.isBearer(Self.token) else { return Self.refusal(401, "Invalid token") }
        // Every path of Sentry's ends in a slash.
        let parts = request.path.split(separator: "/").map(String.init)
        guard request.method == "GET", request.path.hasSuffix("/"), parts.starts(with: ["api", "0"]), parts.count > 4,
            parts[3] == Self.organisation
        else { return Self.notFound }
        let rest = Array(parts.dropFirst(4))
        switch (parts[2], rest.count) {
        case ("projects", 2) where rest == [Self.project.slug, "events"]:
            return events(request) { $0.rows(of: nil, SentryWindow(request, now: world.clock.now())) }
        case ("organizations", 1): return list(rest[0], request)
        case ("organizations", 3) where rest[0] == "issues": return ofIssue(rest[1], rest[2], request)
        case ("organizations", 3) where rest[0] == "releases": return records(rest.joined(separator: "/"), request)
        default: return Self.notFound
        }
    }

    private func list(_ name: String, _ request: WebRequest) -> WebResponse {
        switch name {
        case "issues": return issues(request)
        case "projects": return page([Self.projectRow], request)
        case "events": return discover(request)
        default: return records(name, request)
        }
    }

    /// Static lists by their path after the organisation. `query` is a part of a release's version.
    private func records(_ path: String, _ request: WebRequest) -> WebResponse {
        guard let rows = world.list(.sentry, path) else { return Self.notFound }
        return page(path == "releases" ? rows.having(request.queryValue("query"), in: "version") : rows, request)
    }

    /// A page of at most `size` rows, 100 by default. A cursor is `id:offset:isPrevious`.
    private func page(
        _ rows: some RandomAccessCollection<JSONValue>, _ request: WebRequest, size name: String = "per_page",
        wrap: (JSONValue) -> JSONValue = { $0 }
    ) -> WebResponse {
        let limit = min(100, max(1, request.number(name) ?? 100))
        let offset =
            request.queryValue("cursor").flatMap { $0.split(separator: ":").dropFirst().first }
            .flatMap { Int($0) } ?? 0
        let page = rows.dropFirst(max(0, offset)).prefix(limit)
        let address = request.address(replacing: ["cursor"])
        func link(_ relation: String, _ offset: Int, _ results: Bool) -> String {
            let cursor = "0:\(offset):\(relation == "previous" ? 1 : 0)"
            return "<\(address)cursor=\(cursor)>; rel=\"\(relation)\"; results=\"\(results)\"; cursor=\"\(cursor)\""
        }
        let links = [
            link("previous", max(0, offset - limit), offset > 0),
            link("next", offset + limit, offset + page.count < rows.count),
        ]
        return WebResponse.json(wrap(.array(Array(page)))).adding(["Link": links.joined(separator: ", ")])
    }

    // MARK: issues

    private func issues(_ request: WebRequest) -> WebResponse {
        let rows = world.read(\.issues).filter { issue in
            request.allowsAny("environment", issue.environment)
                && request.covers(issue.lastSeen, from: "start", to: "end")
        }.sorted { $0.lastSeen > $1.lastSeen }
        return page(rows.lazy.map { Self.row($0, now: world.clock.now()) }, request, size: "limit")
    }

    private static func row(_ issue: SandboxIssue, now: Instant) -> JSONValue {
        return object(
            id: issue.id, shortId: "ASSISTANT-\(issue.id)", title: issue.title, culprit: issue.culprit,
            permalink: "https://acme.sentry.io/issues/\(issue.id)/", level: issue.level, status: "unresolved",
            substatus: "ongoing", priority: "high", platform: "python", type: "error", issueCategory: "error",
            metadata: SentryEvents.error(of: issue).adding(object(filename: issue.location, function: issue.culprit)),
            project: object(id: project.id, slug: project.slug, name: project.slug, platform: "python"),
            count: String(issue.count), userCount: 12, firstSeen: issue.firstSeen.iso8601,
            lastSeen: issue.lastSeen.iso8601,
            stats: ["24h": SentryEvents.hourlyCounts(of: issue, now: now)] as JSONValue, isUnhandled: false,
            annotations: emptyList, assignedTo: nil, logger: nil)
    }

    private func ofIssue(_ id: String, _ name: String, _ request: WebRequest) -> WebResponse {
        guard let issue = world.read({ $0.issues.first { $0.id == id } }) else { return Self.notFound }
        switch name {
        case "events": return events(request) { $0.rows(of: issue, SentryWindow(request, now: world.clock.now())) }
        case "tags": return .json(.array(SentryEvents(issues: [issue]).tags(of: issue)))
        case "participants":
            return .json(.array(world.list(.sentry, "issues/\(id)/participants") ?? []))
        default: return Self.notFound
        }
    }

    // MARK: events

    private func events(_ request: WebRequest, _ rows: (SentryEvents) -> [SentryEvents.Event]?) -> WebResponse {
        guard let found = rows(SentryEvents(issues: world.read(\.issues))) else { return Self.incompleteWindow }
        let isFull = request.queryValue("full") == "true"
        return page(found.lazy.map { isFull ? SentryEvents.fullRow($0) : SentryEvents.row($0) }, request)
    }

    private static let incompleteWindow = refusal(400, "start and end are both required")

    /// Explore's table of events. Every field has to be named; `dataset` decides what kind of events there are.
    private func discover(_ request: WebRequest) -> WebResponse {
        let fields = request.query.filter { $0.name == "field" }.map(\.value)
        guard !fields.isEmpty else { return Self.refusal(400, "No columns selected") }
        let dataset = request.queryValue("dataset") ?? "discover"
        guard ["errors", "discover", "transactions"].contains(dataset) else {
            return Self.refusal(400, "dataset must be one of: discover, errors, transactions")
        }
        let events = SentryEvents(issues: world.read(\.issues))
        guard let found = events.rows(of: nil, SentryWindow(request, now: world.clock.now())) else {
            return Self.incompleteWindow
        }
        let isOther = request.queryValue("project").map { !["", "-1", Self.project.id].contains($0) } ?? false
        let rows = dataset == "transactions" || isOther ? [] : found
        return page(rows.lazy.map { SentryEvents.tableRow($0, fields: fields) }, request) { object(data: $0) }
    }

    // MARK: the project

    static let project = (id: "1", slug: "assistant")

    private static let projectRow: JSONValue = object(
        id: project.id, slug: project.slug, name: project.slug, platform: "python", status: "active",
        dateCreated: "2026-01-05T09:00:00Z", isMember: true, hasAccess: true)
}

/// The time that a list of events covers, and what of it is searched for.
struct SentryWindow: Sendable {
    private let bounds: (start: Instant, end: Instant)?
    private let query: SearchQuery?

    /// Nil when one of `start` and `end` is given without the other. `statsPeriod` is `24h`, `14d` and the like.
    init?(_ request: WebRequest, now: Instant) {
        let (start, end) = (request.moment("start"), request.moment("end"))
        guard (start == nil) == (end == nil) else { return nil }
        if let start, let end {
            bounds = (start, end)
        } else if let period = request.stated("statsPeriod").flatMap({ Span(period: $0[...]) }) {
            bounds = (now - period, now)
        } else {
            bounds = nil
        }
        let environment = request.stated("environment").map { " environment:\($0)" } ?? ""
        let words = " " + (request.stated("query") ?? "") + environment
        query = SearchQuery(words.replacing(" !", with: " -"))
    }

    func contains(_ time: Instant) -> Bool { bounds.map { time >= $0.start && time < $0.end } ?? true }

    /// Words are searched in the title, `key:value` in the fields; `!` negates.
    func matches(_ title: String, _ value: (String) -> String?) -> Bool {
        query?.matches(title) { value($0) == $1 } ?? true
    }
}
