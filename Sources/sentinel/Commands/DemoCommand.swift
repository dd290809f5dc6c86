import Basics
import Configuration
import Console
import IncidentStore
import OnCallModel
import Sandbox

extension Subcommand {
    static let demo = Subcommand(
        "demo", help: .demo,
        switches: ["--headless", "--providers", "--stubborn", "--ascii", "--readonly"]
    ) { arguments in
        if arguments.has("--providers") { return try await serveProviders() }
        if !arguments.has("--headless") { try ConsoleHost.requireTerminal() }
        let stage = try DemoStage(arguments)
        defer { stage.close() }
        guard arguments.has("--headless") else { return try await stage.show() }
        let report = try await stage.playToTheEnd()
        Output.line(report.serialized)
        return report["ok"]?.bool == true ? .done : .failed
    }
}

extension Subcommand {
    /// Runs until the process receives a signal.
    private static func serveProviders() async throws -> ExitStatus {
        let sandbox = try Sandbox.demo(clock: .system).sandbox
        defer { sandbox.stop() }
        for (name, value) in sandbox.environment.merging(sandbox.slackApp, uniquingKeysWith: { $1 }).sorted(by: {
            $0.key < $1.key
        }) {
            // The keys of the simulated providers are no secrets, and are needed.
            Output.writeUnmasked("export \(name)='\(value)'\n")
        }
        try await Interruption.run { try await Task.sleep(for: .seconds(1 << 30)) }
        return .done
    }
}

/// The demo's providers, and a store and an agent in a temporary folder.
struct DemoStage: Sendable {
    private let sandbox: Sandbox
    private let truth: DemoScenario.Truth
    /// Deleted at the end.
    private let folder: TemporaryFolder
    private let composition: Composition
    private let options: Console.Options
    /// The agent ignores its kill flag.
    private let isStubborn: Bool

    init(_ arguments: Arguments) throws {
        isStubborn = arguments.has("--stubborn")
        (sandbox, truth) = try Sandbox.demo(clock: .system, isStubborn: isStubborn)
        folder = try TemporaryFolder("demo")
        let settings = "\(folder.path)/settings.json"
        var demo = Settings()
        demo.loopWatchSeconds = 2
        // The kill waits for the person who watches, however long they look around first.
        demo.autoActGenerations = 100_000
        demo.autoActCostPerHour = 1_000_000
        demo.executors = [
            .with { ($0.agent, $0.kind) = ("research-*", .killFlag) },
            .with { ($0.agent, $0.kind, $0.key) = ("research-agent", .litellmKey, DemoScenario.agentKey) },
        ]
        try Files.replace(settings, with: Array(demo.document.prettyPrinted.utf8), mode: 0o600)
        // Only the variables that the terminal and the paths need are passed to the demo: no keys of the user.
        let own = Environment.current()
        let kept = ["HOME", "USER", "LOGNAME", "PATH", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "COLORTERM"]
        let base = Dictionary(uniqueKeysWithValues: kept.compactMap { name in own[name].map { (name, $0) } })
        let listen = ["SENTINEL_LISTEN": own["SENTINEL_LISTEN"] ?? "127.0.0.1:0"]
        let environment = Environment(
            process: base.merging(sandbox.environment) { $1 }.merging(sandbox.slackApp) { $1 }.merging(listen) { $1 })
        composition = try Composition(
            arguments, environment: environment, database: "\(folder.path)/sentinel.db", settings: settings,
            sources: Sandbox.sources)
        options = Console.Options(arguments, environment: own)
    }

    func close() {
        sandbox.stop()
        withExtendedLifetime(folder) {}
    }

    /// Runs the console on the demo's store, with the agent in this process, beside the providers.
    func show() async throws -> ExitStatus {
        try await ConsoleHost(
            workplace: composition.workplace,
            agents: { report in
                await AgentHost(composition: composition).run(onStart: { startLoop($0) }, onFailure: report)
            }
        ).run(options: options)
    }

    private func startLoop(_ server: LoopbackServer?) {
        sandbox.startAgent(killURL: (server?.address ?? "http://127.0.0.1:9") + "/v1/kill")
    }

    // MARK: headless

    /// Runs the agent, approves what is to stop the simulated loop, and waits until every action has an outcome.
    func playToTheEnd() async throws -> JSONValue {
        let host = AgentHost(composition: composition)
        let agent = Task { await host.run(onStart: { startLoop($0) }, onFailure: { Output.complain($0) }) }
        defer { agent.cancel() }
        let limit = Task {
            try await Task.sleep(for: .seconds(isStubborn ? 420 : 180))
            agent.cancel()
        }
        defer { limit.cancel() }
        while !composition.isAgentRunning { try await Task.sleep(for: .milliseconds(20)) }
        try await composition.workplace.waitForStore()
        let reader = StoreReader(composition.paths.database)
        try await approve(.killLoop, reader)
        // The ladder: the kill has failed, and the next executor is requested.
        if isStubborn { try await approve(.execute, reader) }
        try await waitForActs(reader, upTo: isStubborn ? .execute : .killLoop)
        agent.cancel()
        await agent.value
        return try await report(reader)
    }

    /// Approves the request of this kind for the simulated loop once it is there.
    private func approve(_ kind: Action.Kind, _ reader: StoreReader) async throws {
        for try await items in reader.observe(.approvals(limit: 100)) {
            let request = items.first { item in
                item.status == .pending && item.action.kind == kind && item.action.traces.contains(truth.loopTrace)
            }
            guard let request else { continue }
            try await composition.workplace.send(.approve(request: request.id, seen: request.fingerprint), as: "demo")
            return
        }
        throw Failure.demoFoundNoLoop
    }

    /// Waits until every action, including the last of these, is done or has failed.
    private func waitForActs(_ reader: StoreReader, upTo last: Action.Kind) async throws {
        let query = StoreQuery<[ActRecord]> { store in
            try store.incidents(limit: 100).flatMap { try store.acts(ofIncident: $0.id) }
        }
        for try await acts in reader.observe(query) {
            let isOver = acts.allSatisfy { [.done, .failed].contains($0.state) }
            if isOver, acts.contains(where: { $0.action.kind == last }) { return }
        }
        throw Failure.demoKilledNoLoop
    }

    private func report(_ reader: StoreReader) async throws -> JSONValue {
        let query = StoreQuery<DemoOutcome> { store in
            DemoOutcome(
                incidents: try store.incidents(limit: 100).compactMap { try store.incident($0.id) },
                loops: try store.loops(limit: 100), approvals: try store.approvals(limit: 100),
                report: try store.latestReport()?.json ?? "{}")
        }
        return try await reader.read(query).json(truth: truth)
    }
}
