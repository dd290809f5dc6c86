import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel
import SourceSpec

extension Command {
    static let quality = Command(
        "quality", summary: "what features' outputs look like, and what drifted",
        help: """
            sentinel quality                   features with the state of their snapshots
            sentinel quality show FEATURE      its keys with their types, required or optional, and earlier versions
            sentinel quality drifts            the latest drifts, with fail rate, contrast and blame
            sentinel quality scan              look at the outputs of all features now (Drift Patrol)
            sentinel quality accept FEATURE    what it gives now is as intended: the next version of its snapshot

              --format table|json              how to print (default table)

            Exit status 3 when a scan could not read everything.
            """,
        options: ["--format"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        let desk = try StoreDesk(arguments)
        let word = arguments.words.first ?? "list"
        if arguments.words.count > 1, !["show", "accept"].contains(word) {
            throw UsageError("“\(arguments.words[1])” is one word too many.")
        }
        switch word {
        case "list": return try await list(desk, format)
        case "show": return try await show(try feature(arguments, word), desk, format)
        case "drifts": return try await drifts(desk, format)
        case "accept": return try await desk.ask(.acceptOutputs(feature: try feature(arguments, word)), orHere: true)
        case "scan": return try await QualityScan(arguments, desk).run(format)
        case let word: throw UsageError("“quality \(word)” is not list, show, drifts, scan or accept.")
        }
    }

    private static func feature(_ arguments: Arguments, _ word: String) throws(UsageError) -> String {
        guard arguments.words.count == 2 else {
            throw UsageError("Name the feature: sentinel quality \(word) FEATURE.")
        }
        return arguments.words[1]
    }

    fileprivate static func list(_ desk: StoreDesk, _ format: OutputFormat) async throws -> ExitStatus {
        let features = try await desk.reader.read(.features)
        Output.write(
            format == .json
                ? JSONValue.array(features.map(\.json)).serialized + "\n" : QualityText.table(features))
        return .done
    }

    private static func show(_ name: String, _ desk: StoreDesk, _ format: OutputFormat) async throws -> ExitStatus {
        guard let feature = try await desk.reader.read(.feature(name)) else {
            let names = try await desk.reader.read(.features).map(\.feature)
            let hint = Suggestion.nearest(to: name, among: names).map { " Did you mean \($0)?" }
            throw Failure(
                "Nothing is known of the outputs of \(name).\(hint ?? " `sentinel quality` lists the features.")")
        }
        let versions = try await desk.reader.read(.snapshotVersions(of: name))
        Output.write(
            format == .json
                ? feature.json(with: versions).serialized + "\n" : QualityText.detail(feature, versions))
        return .done
    }

    private static func drifts(_ desk: StoreDesk, _ format: OutputFormat) async throws -> ExitStatus {
        let events = try await desk.reader.read(.driftEvents(limit: 200))
        Output.write(
            format == .json ? JSONValue.array(events.map(\.json)).serialized + "\n" : QualityText.table(events))
        return .done
    }
}

/// Drift Patrol now: by the agent that works on the store, else here.
private struct QualityScan {
    private let composition: Composition
    private let desk: StoreDesk

    init(_ arguments: Arguments, _ desk: StoreDesk) throws {
        composition = try Composition(arguments)
        self.desk = desk
    }

    func run(_ format: OutputFormat) async throws -> ExitStatus {
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let isPartial =
            StoreFile(composition.paths.database).isHeld ? try await askAgent() : try await here()
        _ = try await Command.list(desk, format)
        return isPartial ? .partial : .done
    }

    private func here() async throws -> Bool {
        let report = try await ScanRun.patrol(composition)
        for detector in report.detectors { Output.remark("\(detector.type.rawValue): \(detector.message)") }
        return report.isPartial
    }

    /// Waits until the agent's patrol has ended.
    private func askAgent() async throws -> Bool {
        let asked = composition.clock.now()
        let inbox = IntentInbox(composition.paths.database)
        _ = try await inbox.append(.patrol, author: composition.author("command line"), at: asked)
        let query = StoreQuery<DetectorHealth?>([.agent, .health]) { store in
            let patrol = try store.jobs().first { $0.name == "drift_patrol" }
            guard let last = patrol?.lastRunAt, last >= asked else { return nil }
            return try store.detectors().first { $0.type == .promptDrift }
        }
        for try await health in desk.reader.observe(query) {
            guard let health else { continue }
            Output.remark("\(health.type.rawValue): \(health.message)")
            return health.state == .partial || health.state == .failed
        }
        throw Failure("The agent that works on \(composition.paths.database) ended before it had looked: try again.")
    }
}
