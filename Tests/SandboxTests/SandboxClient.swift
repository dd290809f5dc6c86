import Basics
import HTTPClient
import JSON

@testable import Sandbox

/// A sandbox with the test's own world, and requests to it over real HTTP.
final class SandboxClient: Sendable {
    static let now = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)

    let sandbox: Sandbox
    private let http = HTTPClient()

    init(_ fill: (inout SandboxWorld.State) -> Void) throws {
        let world = SandboxWorld(clock: .fixed(Self.now))
        world.change(fill)
        sandbox = try Sandbox(
            world: world, agent: .init(traceID: "idle", name: "idle-agent", step: .seconds(60)))
    }

    deinit { sandbox.stop() }

    var world: SandboxWorld { sandbox.world }

    func variable(_ name: String) -> String { sandbox.environment[name] ?? "" }

    /// The answer and its body as JSON; null if the body is not JSON.
    func ask(
        _ method: HTTPRequest.Method, _ base: String, _ path: String, headers: [HTTPRequest.Header] = [],
        body: JSONValue? = nil
    ) async throws -> (response: HTTPResponse, body: JSONValue) {
        let type = body.map { _ in [HTTPRequest.Header("Content-Type", "application/json")] } ?? []
        let response = try await send(
            HTTPRequest(
                method, variable(base) + path, headers: headers + type, body: body.map { Array($0.serialized.utf8) }))
        return (response, (try? JSONDocument.parse(response.body)) ?? .null)
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await http.send(request)
    }
}

extension JSONValue {
    /// The strings under `name` of the rows of an array.
    func column(_ name: String) -> [String] { array?.compactMap { $0[name]?.string } ?? [] }
}
