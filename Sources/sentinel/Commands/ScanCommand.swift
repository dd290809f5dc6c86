import AgentCore
import Basics
import Configuration
import FoundationEssentials
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
            } else if composition.isAgentRunning {
                try await ScanRun.askAgent(composition)
            } else {
                try await ScanRun.here(composition)
            }
        format.write(report, or: ScanText.table(report))
        return report["partial"]?.bool == true ? .partial : .done
    }
}

enum ScanRun {
    /// Runs a scan in this process, with its actions.
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
        let server = try? composition.loopbackServer(composition.slackClicks())
        defer { server?.stop() }
        let progress = showProgress(composition)
        defer { progress?.cancel() }
        return try await work(composition.agent(server))
    }

    /// The agent on the store runs the scan; its report is read from the store.
    static func askAgent(_ composition: Composition) async throws -> JSONValue {
        let progress = showProgress(composition)
        defer { progress?.cancel() }
        let asked = composition.clock.now()
        try await composition.workplace.send(.scanNow, as: "scan")
        let query = StoreQuery<String> { store in
            guard let report = try store.latestReport(), report.at >= asked else { return "" }
            return report.json
        }
        for try await text in StoreReader(composition.paths.database).observe(query) where !text.isEmpty {
            return try JSONDocument.parse(text)
        }
        throw Failure.agentEnded(on: composition.paths.database, before: "the scan")
    }

    /// Shows what the agent does on standard error while it is a terminal.
    private static func showProgress(_ composition: Composition) -> Task<Void, Never>? {
        guard Output.canShowProgress else { return nil }
        return Task {
            defer { Output.progress("") }
            while !Task.isCancelled {
                let status = try? await StoreReader(composition.paths.database).read(.agentStatus)
                Output.progress(status?.activity ?? "")
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Runs a scan on a copy of the store and the mirrors, without its actions.
    static func dry(_ arguments: Arguments, _ composition: Composition) async throws -> JSONValue {
        let folder = try TemporaryFolder("dry")
        defer { withExtendedLifetime(folder) {} }
        try StoreFile(composition.paths.database).copy(to: "\(folder.path)/sentinel.db")
        let mirrors = composition.paths.mirrors
        let names = (try? FileManager.default.contentsOfDirectory(atPath: mirrors)) ?? []
        for name in names where name.hasPrefix("mirror-") {
            try? FileManager.default.copyItem(atPath: "\(mirrors)/\(name)", toPath: "\(folder.path)/\(name)")
        }
        let copy = try Composition(arguments, database: "\(folder.path)/sentinel.db")
        return try await copy.agent().scanOnce(carryingOutActs: false).json
    }
}

/// The report of a scan as a table.
enum ScanText {
    /// "No incidents" is only true if every detector had the data it needs.
    private static func nothing(_ report: JSONValue) -> String {
        let detectors = report["detectors"]?.members ?? []
        if detectors.allSatisfy({ $0.value["state"]?.string == "not_configured" }) {
            return "Nothing was checked: no source is configured.\n"
        }
        let blind = detectors.filter { detector in
            !["ok", "not_configured"].contains(detector.value["state"]?.string ?? "")
        }.map(\.name)
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
        let detectors = (report["detectors"]?.members ?? []).map { detector -> String in
            let message = TextTable.inert(detector.value["message"]?.string ?? "")
            return "\(detector.name): \(detector.value["state"]?.string ?? ""). \(message)\n"
        }.joined()
        return "\(sources.text)\n\(detectors)\n\(incidents.isEmpty ? nothing(report) : found.text)\(noteLines)"
    }
}
