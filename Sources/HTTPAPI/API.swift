package import Basics
package import IncidentStore
import OnCallModel
package import WebServer

/// The HTTP interface of an agent: the JSON API, health, metrics, alerts from outside, and the routes of others.
///
/// It reads the store and records intents; the agent answers them. A handler waits for the store without holding the server's
/// thread, so the kill flag is answered meanwhile.
package struct API: Sendable {
    package var reader: StoreReader
    package var inbox: IntentInbox
    package var clock: WallClock
    package var token: APIToken
    package var hosts: HostRule
    /// The name of this machine, for the author of a change: `alice@host (api)`.
    package var hostName: String
    /// Only this machine reaches the server.
    package var isOnLoopback = true
    package var redaction = Redaction()
    package var pagerDutySecret: String?
    /// When the server started. Before the first scan, the agent's health is judged by it.
    package var startedAt: Instant
    /// How many requests the provider of each source still takes.
    package var callsLeft: @Sendable () async -> [String: Int] = { [:] }
    package var killFlag: @Sendable (WebRequest) -> WebResponse
    package var slackAction: @Sendable (WebRequest) async -> WebResponse
    /// Waits for the agent's answer to a change.
    package var sleep: @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }

    package init(
        reader: StoreReader, inbox: IntentInbox, clock: WallClock, token: APIToken, hosts: HostRule, hostName: String,
        killFlag: @escaping @Sendable (WebRequest) -> WebResponse,
        slackAction: @escaping @Sendable (WebRequest) async -> WebResponse
    ) {
        (self.reader, self.inbox, self.clock, self.token) = (reader, inbox, clock, token)
        (self.hosts, self.hostName, self.killFlag, self.slackAction) = (hosts, hostName, killFlag, slackAction)
        startedAt = clock.now()
    }

    /// All routes. Of two that match a path, the first counts.
    package static let routes: [Route] =
        watching + incidents + loops + approvals + quality + digests + forensics + records + settings + alerts + others

    package func respond(_ request: WebRequest) async -> WebResponse {
        let known = Self.routes.compactMap { route in route.arguments(in: request.path).map { (route, $0) } }
        let provesOrigin = known.first?.0.access.provesOrigin ?? false
        if !provesOrigin, let refusal = hosts.refusal(of: request) { return refusal }
        guard let first = known.first?.0 else {
            return .refusal(404, "\(APIRequest.shown(request.path)) does not exist.")
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard let (route, arguments) = known.first(where: { $0.0.path == first.path && $0.0.method.rawValue == method })
        else {
            let methods = known.filter { $0.0.path == first.path }.map(\.0.method.rawValue)
            let allowed = methods.contains("GET") ? methods + ["HEAD"] : methods
            return .refusal(
                405, "Use \(methods.joined(separator: " or ")).",
                headers: [.init("Allow", allowed.joined(separator: ", "))])
        }
        if let refusal = refusal(of: request, to: route) { return refusal }
        return await answer(APIRequest(web: request, arguments: arguments), by: route)
    }

    private func refusal(of request: WebRequest, to route: Route) -> WebResponse? {
        switch route.access {
        case .open, .slack: return nil
        case .local where isOnLoopback: return nil
        case .local, .token: break
        case .tokenOrPagerDuty where PagerDutyWebhook.isSigned(request, secret: pagerDutySecret): return nil
        case .tokenOrPagerDuty: break
        }
        do {
            if try token.matches(request.header("authorization")) { return nil }
        } catch {
            return .refusal(403, error.description)
        }
        let challenge = WebRequest.Field("WWW-Authenticate", "Bearer")
        return .refusal(
            401,
            "The token is missing or wrong. Send `Authorization: Bearer TOKEN` with the token in \(token.path).",
            headers: [challenge])
    }

    private func answer(_ request: APIRequest, by route: Route) async -> WebResponse {
        do {
            switch route.handler {
            case .read(let read):
                return .json(
                    try await reader.read(
                        StoreQuery<String> { [redaction] store in
                            redaction.apply(to: try read(store, request).serialized)
                        }))
            case .respond(let respond): return try await respond(self, request)
            }
        } catch let refusal as APIRefusal {
            return .refusal(refusal.status, redaction.apply(to: refusal.sentence))
        } catch {
            return .refusal(503, redaction.apply(to: "\(error)"))
        }
    }

    // MARK: changes

    /// How long a change waits for the agent's answer.
    static let patience = Span.seconds(4)

    /// Records what a person asks for, and waits for the agent's answer.
    func ask(_ intent: Intent) async throws -> IntentAnswer {
        let author = "\(try token.owner())@\(hostName) (api)"
        let id = try await inbox.append(intent, author: String(author.suffix(200)), at: clock.now())
        guard let answer = try await reader.answer(toIntent: id, within: Self.patience, sleep: sleep) else {
            throw APIRefusal(
                status: 504,
                sentence:
                    "The agent does not answer; it may be suspended. It will handle the request when it runs again.")
        }
        return answer
    }

    /// The answer to a change: 200 when it was done, 409 when it was refused, with further members.
    func answer(to intent: Intent, adding more: JSONValue = .object([])) async throws -> WebResponse {
        Self.response(try await ask(intent), adding: more)
    }

    static func response(_ answer: IntentAnswer, adding more: JSONValue) -> WebResponse {
        let name = answer.isRefused ? "error" : "answer"
        let body = JSONValue.object([.init(name, .string(answer.text))]).adding(more)
        return .json(body.serialized, status: answer.isRefused ? 409 : 200)
    }
}
