import Actions
import AgentCore
import Basics
import Configuration
import FoundationEssentials
import Glibc
import IncidentStore
import JSON
import OnCallModel
import SourceSpec

extension Subcommand {
    static let scan = Subcommand(
        "scan", help: .scan,
        options: ["--format"], switches: ["--dry-run"]
    ) { arguments in
        let format = try OutputFormat(arguments)
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let report =
            if arguments.has("--dry-run") {
                try await ScanRun.dry(arguments, composition)
            } else if StoreFile(composition.paths.database).isHeld {
                try await ScanRun.askAgent(composition)
            } else {
                try await ScanRun.here(composition)
            }
        format.write(report, or: ScanText.table(report))
        return report["partial"]?.bool == true ? .partial : .done
    }
}

enum ScanRun {
    /// Runs a cycle in this process, with its actions.
    static func here(_ composition: Composition) async throws -> JSONValue {
        try await withAgent(composition) { try await $0.scanOnce() }.json
    }

    /// Runs Drift Patrol in this process, with its actions.
    static func patrol(_ composition: Composition) async throws -> CycleReport {
        try await withAgent(composition) { try await $0.patrolOnce() }
    }

    private static func withAgent(
        _ composition: Composition, _ work: (Agent) async throws -> CycleReport
    ) async throws -> CycleReport {
        let server = try? LoopbackServer(
            composition.environment, clock: composition.clock, inbox: IntentInbox(composition.paths.database))
        defer { server?.stop() }
        let flags = server?.flags ?? KillFlags(startedAt: composition.clock.now()) { _ in }
        return try await work(composition.agent(killFlags: flags, listening: server?.address))
    }

    /// The agent that holds the store runs the cycle; its report is read from the store.
    static func askAgent(_ composition: Composition) async throws -> JSONValue {
        let asked = composition.clock.now()
        let inbox = IntentInbox(composition.paths.database)
        _ = try await inbox.append(.scanNow, author: composition.author("scan"), at: asked)
        let reader = StoreReader(composition.paths.database)
        let query = StoreQuery<String> { store in
            guard let report = try store.latestReport(), report.at >= asked else { return "" }
            return report.json
        }
        for try await text in reader.observe(query) where !text.isEmpty {
            return try JSONDocument.parse(text)
        }
        throw Failure.agentEnded(on: composition.paths.database, before: "the scan")
    }

    /// Runs a cycle on a copy of the store and the mirrors, without its actions.
    static func dry(_ arguments: Arguments, _ composition: Composition) async throws -> JSONValue {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-dry-\(UUID().uuidString)"
        try Files.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try StoreFile(composition.paths.database).copy(to: "\(folder)/sentinel.db")
        for mirror in mirrors(in: composition.paths.mirrors) {
            try? FileManager.default.copyItem(
                atPath: "\(composition.paths.mirrors)/\(mirror)", toPath: "\(folder)/\(mirror)")
        }
        let copy = try Composition(arguments, database: "\(folder)/sentinel.db")
        let flags = KillFlags(startedAt: copy.clock.now()) { _ in }
        return try await copy.agent(killFlags: flags, listening: nil).scanOnce(carryingOutActs: false)
            .json
    }

    private static func mirrors(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("mirror-") }
    }
}

/// The report of a scan as a table.
enum ScanText {
    /// "No incidents" is only true if every detector had the data it needs.
    private static func nothing(_ report: JSONValue) -> String {
        let detectors = report["detectors"]?.members ?? []
        let blind = detectors.filter { $0.value["state"]?.string != "ok" }.map(\.name)
        return blind.isEmpty
            ? "No incidents.\n"
            : "No incidents found, but the check is incomplete: \(blind.joined(separator: ", ")) had no verdict.\n"
    }

    static func table(_ report: JSONValue) -> String {
        let incidents = report["incidents"]?.array ?? []
        let sources = TextTable(
            ["source", "state", "as of", "calls", "note"],
            (report["sources"]?.members ?? []).map { source in
                [
                    .text(source.name), Value(source.value["state"]?.string), Value(source.value["as_of"]?.string),
                    Value(source.value["calls"]?.int), Value(source.value["message"]?.string),
                ]
            })
        let found = TextTable(
            ["incident", "severity", "state", "scans", "approval", "suspect", "description"],
            incidents.map { incident in
                [
                    Value(incident["id"]?.int), Value(incident["severity"]?.string), Value(incident["state"]?.string),
                    Value(incident["occurrences"]?.int), Value(incident["approval"]?.string),
                    Value((incident["blame"]?[0]?["sha"]?.string).map { String($0.prefix(7)) }),
                    Value(incident["description"]?.string),
                ]
            })
        let notes = (report["findings"]?.array ?? []).filter { $0["severity"]?.string == "info" }
        let noteLines = notes.map { "note: \(TextTable.inert($0["description"]?.string ?? ""))\n" }.joined()
        let detectors = (report["detectors"]?.members ?? []).map { detector in
            "\(detector.name): \(detector.value["state"]?.string ?? ""). \(TextTable.inert(detector.value["message"]?.string ?? ""))\n"
        }.joined()
        return sources.text + "\n" + detectors + "\n"
            + (incidents.isEmpty ? nothing(report) : found.text) + noteLines
    }
}
