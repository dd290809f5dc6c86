import Actions
import Basics
import Configuration
import IncidentStore
import WebServer

/// The agent's HTTP server on loopback: the kill flag and Slack's button clicks.
struct LoopbackServer: Sendable {
    let flags: KillFlags
    private let server: WebServer
    /// `http://127.0.0.1:8000`.
    let address: String

    /// Listens on `SENTINEL_LISTEN` (`host:port`); port 0 selects a free port.
    init(_ environment: Environment, clock: WallClock, inbox: IntentInbox, clicks: SlackClicks) throws {
        let listen = environment["SENTINEL_LISTEN"] ?? "127.0.0.1:8000"
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw Failure.invalidListen(listen)
        }
        let host = String(listen[..<colon])
        let names = (environment["SENTINEL_HOSTS"] ?? "").split { $0 == "," || $0 == " " }.map(String.init)
        let rule = HostRule(listening: host, names: names)
        // The flags are not stored here: an agent sets them again from the store when it starts.
        let flags = KillFlags(startedAt: clock.now()) { _ in }
        let routes = KillFlagRoutes(flags: flags, clock: clock)
        server = try WebServer(host: host, port: port) { request in
            // A click comes through a tunnel, under the tunnel's name; its signature proves where it is from.
            if request.path == SlackClicks.path { return await Self.take(request, clicks, inbox, clock) }
            if let refusal = rule.refusal(of: request) { return refusal }
            if request.path == "/health" { return .json(#"{"status":"ok"}"#) }
            return routes.respond(request) ?? .refusal(404, "\(request.path) does not exist.")
        }
        self.flags = flags
        address = "http://\(host):\(server.port)"
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
