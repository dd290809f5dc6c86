package import Basics
import Crypto
import HTTPClient
import JSON
import WebServer

/// A simulated agent in a loop: it polls Sentinel's kill flag before each step, and stops only when the flag or the webhook says so.
package final class SandboxAgent: Sendable {
    package struct Habits: Hashable, Sendable {
        package var traceID: String
        package var name: String
        package var step: Span
        /// Ignores kills.
        package var isStubborn = false
        /// The hash of the LiteLLM key that its calls go out with: it takes no step while the proxy refuses it.
        package var key: String?

        package static let idle = Habits(traceID: "idle", name: "idle-agent", step: .minutes(1))
    }

    package static let killSecret = "sandbox-kill-secret"
    let habits: Habits
    private let world: SandboxWorld
    private let http: HTTPClient
    private let isTold = Lock(false)
    private let accepted = Lock(0)

    init(_ habits: Habits, world: SandboxWorld, http: HTTPClient) {
        self.habits = habits
        self.world = world
        self.http = http
    }

    /// The flag or the webhook asked it to stop.
    package var wasTold: Bool { isTold.withLock { $0 } }

    /// How many signed webhooks it accepted.
    package var acceptedWebhooks: Int { accepted.withLock { $0 } }

    /// Loops until it is asked to stop or the task is cancelled.
    func run(killURL: String) async {
        var tag: String?
        var sinceStep = habits.step
        // It asks every second, as an agent's middleware would before each call, and takes a step when one is due.
        while !Task.isCancelled {
            if await asksToStop(killURL, &tag) { isTold.withLock { $0 = true } }
            if wasTold, !habits.isStubborn { return }
            if sinceStep >= habits.step {
                takeStep()
                sinceStep = .seconds(0)
            }
            try? await Task.sleep(for: .seconds(1))
            sinceStep = sinceStep + .seconds(1)
        }
    }

    /// If Sentinel is not reachable, the agent continues: it fails open.
    private func asksToStop(_ killURL: String, _ tag: inout String?) async -> Bool {
        var request = HTTPRequest(
            .get, "\(killURL)?trace=\(habits.traceID)&agent=\(habits.name)", timeout: .seconds(2),
            connectTimeout: .seconds(1))
        if let tag { request.headers.append(.init("If-None-Match", tag)) }
        guard let response = try? await http.send(request), response.status == 200 else { return false }
        tag = response.header("etag")
        return (try? JSONDocument.parse(response.body))?["kill"]?.bool ?? false
    }

    /// The signed webhook: `POST {"trace_id","agent","reason","approval_id"}`.
    func respond(_ request: WebRequest) -> WebResponse {
        let code = HMACSHA256.authenticationCode(for: request.body, key: Array(Self.killSecret.utf8))
        guard request.header("x-sentinel-signature") == "sha256=" + Hexadecimal.text(of: code) else {
            return .json(#"{"error":"bad signature"}"#, status: 401)
        }
        let trace = (try? JSONDocument.parse(request.body))?["trace_id"]?.string ?? ""
        // The runs of other agents in the world take no more steps by themselves.
        guard trace == habits.traceID || world.read({ $0.observations.contains { $0.traceID == trace } }) else {
            return .json(#"{"error":"unknown trace"}"#, status: 404)
        }
        if trace == habits.traceID { isTold.withLock { $0 = true } }
        accepted.withLock { $0 += 1 }
        return .json(#"{"stopping":true}"#, status: 202)
    }

    /// The same search with the same words, which finds nothing again.
    private func takeStep() {
        let now = world.clock.now()
        world.change { state in
            if let key = habits.key, state.gateways.keys[key]?.isBlocked == true { return }
            let number = state.observations.count { $0.traceID == habits.traceID }
            state.observations.append(Self.step(number, of: habits, at: now))
        }
    }

    static func step(_ number: Int, of habits: Habits, at instant: Instant) -> SandboxObservation {
        SandboxObservation(
            id: "\(habits.traceID)-step-\(number)", traceID: habits.traceID, traceName: habits.name,
            name: "retry-search", model: "gpt-4", start: instant, latency: 2.1, inputTokens: 800, outputTokens: 200,
            cost: 0.036, input: #"{"tool":"search","query":"refund policy for order 88121"}"#,
            output: #"{"results":[],"note":"nothing found, trying again"}"#, userID: "user-88121",
            sessionID: "session-88121")
    }
}
