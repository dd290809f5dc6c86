import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel
import SourceSpec

extension Subcommand {
    static let quality = Subcommand(
        "quality", help: .quality, options: ["--format"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        let word = arguments.words.first ?? "list"
        if arguments.words.count > 1, !["show", "accept"].contains(word) {
            throw UsageError.unexpectedArgument(arguments.words[1])
        }
        switch word {
        case "list": return try await list(client, format)
        case "show": return try await show(try feature(arguments, word), client, format)
        case "drifts": return try await drifts(client, format)
        case "accept": return try await client.ask(.acceptOutputs(feature: try feature(arguments, word)), orHere: true)
        case "scan": return try await QualityScan(client: client).run(format)
        default:
            throw UsageError.unknownSubcommand(
                word, of: "quality", among: ["list", "show", "drifts", "scan", "accept"])
        }
    }

    private static func feature(_ arguments: Arguments, _ word: String) throws(UsageError) -> String {
        guard arguments.words.count == 2 else { throw .missing("feature", usage: "sentinel quality \(word) FEATURE") }
        return arguments.words[1]
    }

    fileprivate static func list(_ client: StoreClient, _ format: OutputFormat) async throws -> ExitStatus {
        let features = try await client.reader.read(.features)
        return format.write(.array(features.map(\.json)), or: QualityText.table(features))
    }

    private static func show(_ name: String, _ client: StoreClient, _ format: OutputFormat) async throws -> ExitStatus {
        guard let feature = try await client.reader.read(.feature(name)) else {
            throw Failure.noFeature(name, among: try await client.reader.read(.features).map(\.feature))
        }
        let versions = try await client.reader.read(.snapshotVersions(of: name))
        return format.write(feature.json(with: versions), or: QualityText.detail(feature, versions))
    }

    private static func drifts(_ client: StoreClient, _ format: OutputFormat) async throws -> ExitStatus {
        let events = try await client.reader.read(.driftEvents(limit: 200))
        return format.write(.array(events.map(\.json)), or: QualityText.table(events))
    }
}

/// Runs Drift Patrol now: in the agent that runs on the store, otherwise in this process.
private struct QualityScan {
    let client: StoreClient
    private var composition: Composition { client.composition }

    func run(_ format: OutputFormat) async throws -> ExitStatus {
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let isPartial = composition.isAgentRunning ? try await askAgent() : try await here()
        _ = try await Subcommand.list(client, format)
        return isPartial ? .partial : .done
    }

    private func here() async throws -> Bool {
        let report = try await ScanRun.patrol(composition)
        for detector in report.detectors { Output.remark("\(detector.type.rawValue): \(detector.message)") }
        return report.isPartial
    }

    /// Waits until the agent's patrol has finished.
    private func askAgent() async throws -> Bool {
        let asked = composition.clock.now()
        try await composition.workplace.send(.patrol, as: "command line")
        let query = StoreQuery<DetectorHealth?> { store in
            let patrol = try store.jobs().first { $0.name == "drift_patrol" }
            guard let last = patrol?.lastRunAt, last >= asked else { return nil }
            return try store.detectors().first { $0.type == DriftFacts.type }
        }
        for try await health in client.reader.observe(query) {
            guard let health else { continue }
            Output.remark("\(health.type.rawValue): \(health.message)")
            return health.state == .partial || health.state == .failed
        }
        throw Failure.agentEnded(on: composition.paths.database, before: "the quality scan")
    }
}
