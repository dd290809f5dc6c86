import Actions
import Basics
import Configuration
import HTTPAPI
import IncidentStore
import WebServer

/// The agent's HTTP server on loopback: the kill flag, Slack's button clicks, and the JSON API.
struct LoopbackServer: Sendable {
    let flags: KillFlags
    /// Why the JSON API cannot be used; nil if it can.
    let fault: String?
    private let server: WebServer
    /// `http://127.0.0.1:8000`.
    let address: String

    /// Listens on `SENTINEL_LISTEN` (`host:port`); port 0 selects a free port. `callsLeft` is what the providers still take.
    init(
        _ workplace: Workplace, redaction: Redaction, clicks: SlackClicks,
        callsLeft: @escaping @Sendable () async -> [String: Int]
    ) throws {
        let (environment, clock) = (workplace.environment, workplace.clock)
        let (host, port) = try Self.place(environment["SENTINEL_LISTEN"] ?? "127.0.0.1:8000")
        let names = (environment["SENTINEL_HOSTS"] ?? "").split { $0 == "," || $0 == " " }.map(String.init)
        // The flags are not stored here: an agent sets them again from the store when it starts.
        let flags = KillFlags(startedAt: clock.now()) { _ in }
        let routes = KillFlagRoutes(flags: flags, clock: clock)
        let inbox = IntentInbox(workplace.paths.database)
        let token = APIToken(path: workplace.paths.apiToken)
        var api = API(
            reader: StoreReader(workplace.paths.database), inbox: inbox, clock: clock, token: token,
            hosts: HostRule(listening: host, names: names), hostName: Workplace.hostName,
            killFlag: { routes.respond($0) ?? .refusal(404, "\($0.path) does not exist.") },
            slackAction: { await Self.take($0, clicks, inbox, clock) })
        api.isOnLoopback = HostRule.isLoopback(host)
        api.redaction = redaction
        api.pagerDutySecret = environment["PAGERDUTY_WEBHOOK_SECRET"]
        api.callsLeft = callsLeft
        server = try WebServer(host: host, port: port) { [api] request in await api.respond(request) }
        self.flags = flags
        address = "http://\(host):\(server.port)"
        fault = Self.fault(of: token)
    }

    private static func place(_ listen: String) throws -> (host: String, port: UInt16) {
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw Failure.invalidListen(listen)
        }
        return (String(listen[..<colon]), port)
    }

    private static func fault(of token: APIToken) -> String? {
        do {
            try token.create()
            return nil
        } catch {
            return error.description
        }
    }

    /// Slack waits three seconds for the response, so this only records the click.
    private static func take(
        _ request: WebRequest, _ clicks: SlackClicks, _ inbox: IntentInbox, _ clock: WallClock
    ) async -> WebResponse {
        switch await clicks.read(request) {
        case .refused(let status, let sentence): return .refusal(status, sentence)
        case .repeated: return WebResponse(status: 200)
        case .accepted(let click):
            do {
                _ = try await inbox.append(click.intent, author: click.author, at: clock.now(), place: click.place)
                return WebResponse(status: 200)
            } catch {
                clicks.forget(click)
                return .refusal(503, "The store could not be written. Try again.")
            }
        }
    }

    func stop() { server.stop() }
}
