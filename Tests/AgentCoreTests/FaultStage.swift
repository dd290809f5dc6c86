import Basics
import Configuration
import HTTPClient
import SourceFetch
import SourceSpec
import TestSupport

@testable import Sandbox
@testable import SourceEngine

/// A small world behind the sandbox's real HTTP, an engine that reads it, and a clock that is moved by hand.
final class FaultStage: Sendable {
    let sandbox: Sandbox
    let engine: SourceEngine
    let clock: HandClock
    private let folder = TemporaryFolder()

    static let start = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)
    /// Observations of the last three hours, each of a quarter of a dollar.
    static let observations = 36
    static let repository = "owner = 'acme' AND repo = 'assistant'"

    private static let catalog = SourceCatalog.load(
        directory: "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/sources")

    var world: SandboxWorld { sandbox.world }

    /// `inputs` replace variables of the sandbox; `timeout` is for one request. Jitter is none: waits are exact.
    init(
        inputs: (Sandbox) -> [String: String] = { _ in [:] }, timeout: Span = .seconds(30),
        retries: RetryMachine.Policy = RetryMachine.Policy(), waits: HandClock.Waits = .movesTheClock,
        random: Double = 0, prepare: (SandboxWorld) -> Void = { _ in }
    ) throws {
        let clock = HandClock(FaultStage.start, waits)
        let world = SandboxWorld(clock: clock.clock)
        world.change(Self.populate)
        prepare(world)
        sandbox = try Sandbox(world: world, agent: .init(traceID: "loop", name: "loop", step: .seconds(12)))
        self.clock = clock
        let environment = Environment(process: sandbox.environment.merging(inputs(sandbox)) { $1 })
        let redaction = Redaction(secrets: environment.secrets(of: Self.catalog.secretNames))
        let values: @Sendable (String) -> String? = { environment[$0] }
        engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: folder.path, specs: Self.catalog.specs.filter { Sandbox.sources.contains($0.name) },
                pages: SourceFetcher(
                    client: HTTPClient(), inputs: values, clock: clock.clock, redaction: redaction,
                    retries: retries, timeout: timeout, sleep: { try await clock.sleep($0) }, random: { random }),
                inputs: values, clock: clock.clock))
    }

    deinit { sandbox.stop() }

    private static func populate(_ state: inout SandboxWorld.State) {
        state.observations = (0..<observations).map { number in
            observation("o-\(number)", at: start - .minutes(Double((observations - number) * 5)))
        }
        state.issues = (0..<3).map { number in
            SandboxIssue(
                id: "\(4400 + number)", title: "Error \(number)", count: 1, firstSeen: start - .hours(5),
                lastSeen: start - .minutes(Double(10 * (number + 1))))
        }
        state.pagerDuty.incidents = (0..<3).map { number in
            .init(id: "Q\(number)", number: number, title: "page", service: "S", created: start - .hours(2))
        }
        state.linear.issues = (0..<3).map { number in
            .init(id: "i-\(number)", number: number, title: "task", team: "t", created: start - .hours(2))
        }
        state.commits = (0..<3).map { commit($0, at: start - .minutes(Double(20 * ($0 + 1)))) }
    }

    static func observation(_ id: String, at start: Instant, cost: Double = 0.25) -> SandboxObservation {
        SandboxObservation(
            id: id, traceID: "trace-\(id)", traceName: "support-bot", name: "support-bot", model: "gpt-4o-mini",
            start: start, inputTokens: 100, outputTokens: 50, cost: cost, input: "question", output: "answer")
    }

    static func commit(_ number: Int, at date: Instant) -> SandboxCommit {
        let sha = String(number, radix: 16)
        return SandboxCommit(
            sha: String(repeating: "0", count: 40 - sha.count) + sha, message: "change \(number)", author: "alice",
            date: date, files: [])
    }

    func calls(to provider: SandboxWorld.Provider) -> Int { world.calls(to: provider).count }

    /// How many rows a table has, by a statement over it, with what the statement says about its source.
    func count(_ table: String, limits: QueryLimits = QueryLimits()) async throws -> (rows: Int, report: SourceReport) {
        let result = try await engine.query("SELECT count(*) FROM \(table)", limits: limits)
        let report = result.sources.first ?? SourceReport(source: "none", state: .down)
        return (result.rows.rows.first?.first?.integer.map { Int($0) } ?? -1, report)
    }

    /// Everything up to this second is stored: providers give their time in whole seconds.
    func isCurrent(_ report: SourceReport) -> Bool { report.asOf == clock.now.floored(to: .seconds(1)) }

    func report(of source: String) async -> SourceReport? {
        await engine.reports().first { $0.source == source }
    }
}

/// A clock that stands until it is moved, and those who wait by it.
final class HandClock: Sendable {
    enum Waits: Sendable {
        /// Whoever waits moves the clock to the end of the wait, and goes on.
        case movesTheClock
        /// Whoever waits goes on when the clock has been moved so far.
        case untilMoved
    }

    private struct State {
        var now: Instant
        var spans: [Span] = []
        var sleepers: [(until: Instant, sleeper: CheckedContinuation<Void, Never>)] = []
        var watchers: [(count: Int, watcher: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Lock<State>
    private let waits: Waits

    init(_ now: Instant, _ waits: Waits) {
        state = Lock(State(now: now))
        self.waits = waits
    }

    var clock: WallClock { WallClock { [self] in now } }
    var now: Instant { state.withLock { $0.now } }
    /// Every wait that was asked for.
    var spans: [Span] { state.withLock { $0.spans } }

    func sleep(_ span: Span) async throws {
        try Task.checkCancellation()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                state.spans.append(span)
                var woken = [continuation]
                if waits == .movesTheClock {
                    state.now = state.now + span
                } else {
                    state.sleepers.append((state.now + span, continuation))
                    woken = []
                }
                woken += state.watchers.filter { $0.count <= state.spans.count }.map(\.watcher)
                state.watchers.removeAll { $0.count <= state.spans.count }
                return woken
            }
            for continuation in woken { continuation.resume() }
        }
    }

    func advance(by span: Span) {
        let woken = state.withLock { state in
            state.now = state.now + span
            let woken = state.sleepers.filter { $0.until <= state.now }.map(\.sleeper)
            state.sleepers.removeAll { $0.until <= state.now }
            return woken
        }
        for sleeper in woken { sleeper.resume() }
    }

    /// Returns when `count` waits have been asked for since the beginning.
    func hasBegun(waits count: Int) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isThere = state.withLock { state in
                guard state.spans.count < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
