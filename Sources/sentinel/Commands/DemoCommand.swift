import AgentCore
import Basics
import Configuration
import Console
import FoundationEssentials
import IncidentStore
import OnCallModel
import Sandbox

extension Subcommand {
    static let demo = Subcommand(
        "demo", help: .demo,
        switches: ["--headless", "--providers", "--ascii", "--readonly"]
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
        for (name, value) in sandbox.environment.sorted(by: { $0.key < $1.key }) {
            Output.line("export \(name)='\(value)'")
        }
        try await Interruption.run { try await Task.sleep(for: .seconds(1 << 30)) }
        return .done
    }
}

/// The demo's providers, and a store and an agent in a temporary folder.
struct DemoStage: Sendable {
    private let sandbox: Sandbox
    private let truth: DemoScenario.Truth
    private let folder: String
    private let composition: Composition
    private let options: Console.Options

    init(_ arguments: Arguments) throws {
        (sandbox, truth) = try Sandbox.demo(clock: .system)
        folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-demo-\(UUID().uuidString)"
        try Files.makeFolder(folder)
        let settings = "\(folder)/settings.json"
        var demo = Settings()
        demo.loopWatchSeconds = 2
        try Files.replace(settings, with: Array(demo.document.prettyPrinted.utf8), mode: 0o600)
        // Only the variables that the terminal and the paths need are passed to the demo: no keys of the user.
        let own = Environment.current()
        let kept = ["HOME", "USER", "LOGNAME", "PATH", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "COLORTERM"]
        let base = Dictionary(uniqueKeysWithValues: kept.compactMap { name in own[name].map { (name, $0) } })
        let listen = ["SENTINEL_LISTEN": own["SENTINEL_LISTEN"] ?? "127.0.0.1:0"]
        let environment = Environment(process: base.merging(sandbox.environment) { $1 }.merging(listen) { $1 })
        composition = try Composition(
            arguments, environment: environment, database: "\(folder)/sentinel.db", settings: settings,
            sources: Sandbox.sources)
        options = Console.Options(arguments, environment: own)
    }

    func close() {
        sandbox.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Runs the console on the demo's store, with the agent in the background.
    func show() async throws -> ExitStatus {
        try await ConsoleHost(composition: composition).run(options: options, onStart: { startLoop($0) })
    }

    private func startLoop(_ server: LoopbackServer?) {
        sandbox.startAgent(killURL: (server?.address ?? "http://127.0.0.1:9") + "/v1/kill")
    }

    // MARK: headless

    /// Runs the agent, approves the kill of the planted loop, and waits until every action has an outcome.
    func playToTheEnd() async throws -> JSONValue {
        let host = AgentHost(composition: composition)
        let agent = Task {
            await host.run(onStart: { startLoop($0) }, onFailure: { Output.complain($0) })
        }
        defer { agent.cancel() }
        let limit = Task {
            try await Task.sleep(for: .seconds(180))
            agent.cancel()
        }
        defer { limit.cancel() }
        try await waitForStore()
        let reader = StoreReader(composition.paths.database)
        try await approveKill(reader)
        try await waitForActs(reader)
        agent.cancel()
        await agent.value
        return try await report(reader)
    }

    private func waitForStore() async throws {
        while !StoreFile(composition.paths.database).isHeld { try await Task.sleep(for: .milliseconds(20)) }
        while (try? await StoreReader(composition.paths.database).read(.agentStatus)) == nil {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func approveKill(_ reader: StoreReader) async throws {
        for try await items in reader.observe(.approvals(limit: 100)) {
            let request = items.first { item in
                item.status == .pending && item.action.kind == .killLoop
                    && item.action.sentence.contains(truth.loopTrace)
            }
            guard let request else { continue }
            _ = try await IntentInbox(composition.paths.database).append(
                .approve(request: request.id), author: composition.author("demo"), at: composition.clock.now())
            return
        }
        throw Failure.demoFoundNoLoop
    }

    /// Waits until every action, including the kill, is done or has failed.
    private func waitForActs(_ reader: StoreReader) async throws {
        let query = StoreQuery<[ActRecord]> { store in
            try store.incidents(limit: 100).flatMap { try store.acts(ofIncident: $0.id) }
        }
        for try await acts in reader.observe(query) {
            let isKillDecided = acts.contains { act in
                act.action.kind == .killLoop && [.done, .failed].contains(act.state)
            }
            let isAllDecided = acts.allSatisfy { [.done, .failed].contains($0.state) }
            if isKillDecided, isAllDecided { return }
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

/// What the store holds at the end of the demo.
struct DemoOutcome: Hashable, Sendable {
    var incidents: [IncidentDetail]
    var loops: [LoopItem]
    var approvals: [ApprovalItem]
    /// The latest cycle's report as JSON text.
    var report: String
}
