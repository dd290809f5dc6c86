import Actions
import Basics
import Configuration
import WebServer

/// The agent's own small server on loopback: the kill flag that agents ask for.
struct LoopbackServer: Sendable {
    let flags: KillFlags
    private let server: WebServer
    /// `http://127.0.0.1:8000`.
    let address: String

    /// Listens where `SENTINEL_LISTEN` says: `host:port`, port 0 for a free one.
    init(_ environment: Environment, clock: WallClock) throws {
        let listen = environment["SENTINEL_LISTEN"] ?? "127.0.0.1:8000"
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw Failure("SENTINEL_LISTEN must be host:port, for example 127.0.0.1:8000, not “\(listen)”.")
        }
        let host = String(listen[..<colon])
        // The acts of the store are the flags' memory: an agent raises them again when it starts.
        let flags = KillFlags(startedAt: clock.now()) { _ in }
        let routes = KillFlagRoutes(flags: flags, clock: clock)
        server = try WebServer(host: host, port: port) { request in
            if request.path == "/health" { return .json(#"{"status":"ok"}"#) }
            return routes.respond(request)
                ?? .json(
                    JSONValue.fields(["error": .string("There is nothing at \(request.path).")]).serialized, status: 404
                )
        }
        self.flags = flags
        address = "http://\(host):\(server.port)"
    }

    func stop() { server.stop() }
}
