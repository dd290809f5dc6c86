import Actions
import Basics
import FoundationEssentials
import Glibc
import HTTPAPI
import HTTPClient
import IncidentStore
import WebServer

/// The kill flag of a server on which slow clients hang.
enum ServerBench {
    /// Milliseconds of `GET /v1/kill` without other clients, beside `crowd` clients that send one byte of a header each second,
    /// and the same with one connection for each request.
    static func times(crowd: Int, requests: Int = 500) async throws -> JSONValue {
        let routes = KillFlagRoutes(flags: KillFlags(startedAt: WallClock.system.now()) { _ in }, clock: .system)
        let server = try WebServer(port: 0) { [api = api(routes)] in await api.respond($0) }
        let quiet = try await polls(server, requests)
        let stops = Lock(false)
        OwnThread.start { hang(crowd, on: server.port, until: stops) }
        // The crowd is there once the server has seen the last of it.
        try await Task.sleep(for: .seconds(1))
        let busy = try await polls(server, requests)
        let fresh = try await polls(server, requests, headers: [.init("Connection", "close")])
        stops.withLock { $0 = true }
        return [
            "slow_clients": JSONValue(crowd), "kill_flag_ms_alone": quiet, "kill_flag_ms": busy,
            "kill_flag_ms_new_connection": fresh,
        ]
    }

    /// What an agent serves. The kill flag reads no store.
    private static func api(_ routes: KillFlagRoutes) -> API {
        let path = "\(FileManager.default.temporaryDirectory.path)/sentinel-bench-\(UUID().uuidString).db"
        return API(
            reader: StoreReader(path), inbox: IntentInbox(path), clock: .system, token: APIToken(path: path + ".token"),
            hosts: HostRule(listening: "127.0.0.1"), hostName: "bench",
            killFlag: { routes.respond($0) ?? .refusal(404, "") }, slackAction: { _ in .refusal(404, "") })
    }

    private static func polls(
        _ server: WebServer, _ count: Int, headers: [HTTPRequest.Header] = []
    ) async throws -> JSONValue {
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/v1/kill?trace=t1&agent=bench"
        var times: [Double] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            guard try await client.send(HTTPRequest(.get, url, headers: headers)).status == 200 else { continue }
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        times.sort()
        func share(_ share: Double) -> JSONValue {
            times.isEmpty ? .null : .number((times[Int(Double(times.count - 1) * share)] * 1000).rounded() / 1000)
        }
        return ["answered": JSONValue(times.count), "p50": share(0.5), "p99": share(0.99), "max": share(1)]
    }

    /// Keeps `count` connections open that never complete a request; a connection that the server closes is opened again.
    private static func hang(_ count: Int, on port: UInt16, until stops: Lock<Bool>) {
        var sockets: [Int32] = []
        while !stops.withLock({ $0 }) {
            while sockets.count < count { sockets.append(connection(to: port)) }
            for place in sockets.indices where send(sockets[place], "G", 1, Int32(MSG_NOSIGNAL)) < 1 {
                close(sockets[place])
                sockets[place] = connection(to: port)
            }
            usleep(1_000_000)
        }
        for socket in sockets { close(socket) }
    }

    private static func connection(to port: UInt16) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }
}
