import Basics
import WebServer

/// Sentry's list of issues, paged by the Link header as the real one is: a next link always, which says whether it leads
/// anywhere.
struct SentryProvider: Sendable {
    static let token = "sntryu_sandbox0000000001"
    static let organisation = "acme"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        var response = answer(request)
        response.headers += [
            .init("X-Sentry-Rate-Limit-Limit", "40"), .init("X-Sentry-Rate-Limit-Remaining", "39"),
            .init("X-Sentry-Rate-Limit-Reset", String(world.clock.now().milliseconds / 1000 + 1)),
        ]
        return response
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard Authorization.isBearer(request, token: Self.token) else {
            return .json(#"{"detail":"Invalid token"}"#, status: 401)
        }
        let root = "/api/0/organizations/\(Self.organisation)"
        switch request.path {
        case "\(root)/issues/": return issues(request)
        case "\(root)/projects/":
            return .json(
                #"[{"id":"1","slug":"assistant","name":"assistant","platform":"python","status":"active","dateCreated":"2026-01-05T09:00:00Z"}]"#
            )
        default: return .json(#"{"detail":"The requested resource does not exist"}"#, status: 404)
        }
    }

    private func issues(_ request: WebRequest) -> WebResponse {
        let limit = min(100, Int(request.queryValue("limit") ?? "100") ?? 100)
        let offset =
            request.queryValue("cursor").flatMap { $0.split(separator: ":").dropFirst().first }
            .flatMap { Int($0) } ?? 0
        let query = request.queryValue("query") ?? "is:unresolved"
        let start = request.queryValue("start").flatMap { Instant(iso8601: $0) }
        let end = request.queryValue("end").flatMap { Instant(iso8601: $0) }
        let rows = world.read(\.issues).filter { issue in
            (!query.contains("is:unresolved") || issue.status == "unresolved")
                && (start.map { issue.lastSeen >= $0 } ?? true) && (end.map { issue.lastSeen < $0 } ?? true)
        }.sorted { $0.lastSeen > $1.lastSeen }
        let page = rows.dropFirst(offset).prefix(limit)
        let hasMore = offset + page.count < rows.count
        let host = request.header("host") ?? "127.0.0.1"
        func link(_ relation: String, _ offset: Int, _ results: Bool) -> String {
            "<http://\(host)\(request.path)?cursor=0:\(offset):0>; rel=\"\(relation)\"; results=\"\(results)\"; "
                + "cursor=\"0:\(offset):0\""
        }
        let links = [link("previous", max(0, offset - limit), offset > 0), link("next", offset + limit, hasMore)]
        return .json(
            JSONValue.array(page.map(Self.row)).serialized,
            headers: [.init("Link", links.joined(separator: ", "))])
    }

    private static func row(_ issue: SandboxIssue) -> JSONValue {
        [
            "id": .string(issue.id), "shortId": .string("ASSISTANT-\(issue.id)"), "title": .string(issue.title),
            "culprit": "agent.run", "permalink": .string("https://acme.sentry.io/issues/\(issue.id)/"),
            "level": .string(issue.level), "status": .string(issue.status), "substatus": "ongoing",
            "priority": "high", "platform": "python", "type": "error", "issueCategory": "error",
            "metadata": ["type": .string(String(issue.title.prefix { $0 != ":" }))],
            "project": ["id": "1", "slug": "assistant", "name": "assistant", "platform": "python"],
            "count": .string(String(issue.count)), "userCount": 12,
            "firstSeen": .string(issue.firstSeen.iso8601), "lastSeen": .string(issue.lastSeen.iso8601),
            "isUnhandled": false, "annotations": [], "assignedTo": .null, "logger": .null,
        ]
    }
}
