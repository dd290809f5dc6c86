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
    init(_ environment: Environment, clock: WallClock, inbox: IntentInbox) throws {
        let listen = environment["SENTINEL_LISTEN"] ?? "127.0.0.1:8000"
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw Failure.invalidListen(listen)
        }
        let host = String(listen[..<colon])
        // The flags are not stored here: an agent sets them again from the store when it starts.
        let flags = KillFlags(startedAt: clock.now()) { _ in }
        let routes = KillFlagRoutes(flags: flags, clock: clock)
        let clicks = SlackClicks(signingSecret: environment["SLACK_SIGNING_SECRET"] ?? "", clock: clock)
        server = try WebServer(host: host, port: port) { request in
            if request.path == SlackClicks.path { return await Self.take(clicks.read(request), inbox, clock) }
            if request.path == "/health" { return .json(#"{"status":"ok"}"#) }
            return routes.respond(request)
                ?? .json(
                    JSONValue.fields(["error": .string("\(request.path) does not exist.")]).serialized, status: 404
                )
        }
        self.flags = flags
        address = "http://\(host):\(server.port)"
    }

    /// Slack waits three seconds for the response, so this only records the click.
    private static func take(_ click: SlackClicks.Reading, _ inbox: IntentInbox, _ clock: WallClock) async
        -> WebResponse
    {
        switch click {
        case .refused(let status, let sentence):
            return .json(JSONValue.fields(["error": .string(sentence)]).serialized, status: status)
        case .asked(let intent, let author):
            do {
                _ = try await inbox.append(intent, author: author, at: clock.now())
                return WebResponse(status: 200)
            } catch {
                return .json(#"{"error":"The store could not be written. Try again."}"#, status: 503)
            }
        }
    }

    func stop() { server.stop() }
}
