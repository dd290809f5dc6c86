import Basics
import FoundationEssentials
import Glibc
import HTTPClient
import IncidentStore
import JSON
import OnCallModel
import Sandbox
import Subprocess

/// One run of the built program in a fresh home, against simulated providers over real HTTP.
final class TargetRun: Sendable {
    let world: SandboxWorld
    private let sandbox: Sandbox
    private let folder: String
    private let killURL: String
    private let environment: [String: String]
    private let program: String
    private let loopers = Lock<[Task<Void, Never>]>([])

    /// `callsPerMinute`: Langfuse refuses more; nil for no limit.
    init(program: String, observations: Int, callsPerMinute: Int? = nil) throws {
        world = TargetWorld(now: WallClock.system.now()).world(observations: observations)
        if let callsPerMinute { world.allow(.langfuse, perMinute: callsPerMinute) }
        sandbox = try Sandbox(world: world)
        folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-targets-\(UInt64.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let listen = "127.0.0.1:\(UInt16.random(in: 20_000...55_000))"
        killURL = "http://\(listen)/v1/kill"
        var variables = sandbox.environment
        for name in ["PATH", "LD_LIBRARY_PATH"] { variables[name] = getenv(name).map { String(cString: $0) } }
        variables["HOME"] = folder
        variables["SENTINEL_DB"] = "\(folder)/sentinel.db"
        variables["SENTINEL_LISTEN"] = listen
        for name in ["STATE", "CONFIG", "CACHE"] { variables["XDG_\(name)_HOME"] = "\(folder)/\(name.lowercased())" }
        (environment, self.program) = (variables, program)
    }

    func end() {
        for looper in loopers.withLock({ $0 }) { looper.cancel() }
        sandbox.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// `sentinel scan`: its report, and its seconds.
    func scan() async throws -> (report: JSONValue, seconds: Double) {
        let start = ContinuousClock.now
        let process = ChildProcess(program, arguments: ["scan", "--format", "json"], environment: environment)
        let done = try await process.run(until: start + .seconds(300))
        return (try JSONDocument.parse(done.output), (ContinuousClock.now - start) / .seconds(1))
    }

    /// Runs `body` beside `sentinel agent`.
    func withAgent<Result>(_ body: (ContinuousClock.Instant) async throws -> Result) async throws -> Result {
        let start = ContinuousClock.now
        let process = ChildProcess(program, arguments: ["agent"], environment: environment)
        let agent = Task { _ = try? await process.run() }
        defer { agent.cancel() }
        return try await body(start)
    }

    // MARK: the store

    /// Waits until the store shows a loop in that state; the seconds since `start`, nil after `limit`.
    func loop(
        _ trace: String, since start: ContinuousClock.Instant, within limit: Double,
        until isReached: (LoopItem) -> Bool = { _ in true }
    ) async throws -> Double? {
        let reader = StoreReader("\(folder)/sentinel.db")
        while (ContinuousClock.now - start) / .seconds(1) < limit {
            let loops = (try? await reader.read(.loops(limit: 100))) ?? []
            if loops.contains(where: { $0.loop.traceID == trace && isReached($0) }) {
                return (ContinuousClock.now - start) / .seconds(1)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    /// Approves the kill of a loop, and returns when; nil if nothing asks for it in time.
    func approveKill(of trace: String, within limit: Double) async throws -> ContinuousClock.Instant? {
        let reader = StoreReader("\(folder)/sentinel.db")
        let end = ContinuousClock.now + .seconds(limit)
        while ContinuousClock.now < end {
            let items = (try? await reader.read(.approvals(limit: 100))) ?? []
            let request = items.first { item in
                item.status == .pending && item.action.traces.contains(trace)
            }
            if let request {
                let moment = ContinuousClock.now
                _ = try await IntentInbox("\(folder)/sentinel.db")
                    .append(.approve(request: request.id), author: "bench", at: WallClock.system.now())
                return moment
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    /// The milliseconds from a moment until the kill flag of a trace is set, as an agent would read it; nil after ten seconds.
    func flag(of trace: String, since start: ContinuousClock.Instant) async throws -> Double? {
        let client = HTTPClient()
        let request = HTTPRequest(.get, "\(killURL)?trace=\(trace)&agent=research-agent", timeout: .seconds(2))
        while ContinuousClock.now - start < .seconds(10) {
            let answer = try await client.send(request)
            if (try? JSONDocument.parse(answer.body))?["kill"]?.bool == true {
                return (ContinuousClock.now - start) / .milliseconds(1)
            }
        }
        return nil
    }

    // MARK: agents

    /// An agent that takes a step every `every` seconds until its kill flag is set. Calls `onStep` with the number of its steps.
    func startLooping(
        _ trace: String, from first: Int, every: Double, onStep: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        let (world, killURL) = (world, killURL)
        let looper = Task {
            let client = HTTPClient()
            var (number, sinceStep) = (first, every)
            while !Task.isCancelled {
                let flag = HTTPRequest(.get, "\(killURL)?trace=\(trace)&agent=research-agent", timeout: .seconds(2))
                if let answer = try? await client.send(flag), answer.status == 200,
                    (try? JSONDocument.parse(answer.body))?["kill"]?.bool == true
                {
                    return
                }
                if sinceStep >= every {
                    let step = TargetWorld.step(number, of: trace, at: WallClock.system.now())
                    world.change { $0.observations.append(step) }
                    number += 1
                    onStep(number)
                    sinceStep = 0
                }
                try? await Task.sleep(for: .milliseconds(500))
                sinceStep += 0.5
            }
        }
        loopers.withLock { $0.append(looper) }
    }
}
