import AgentCore
import Basics
import Configuration
import Dispatch
import Glibc
import IncidentStore
import SourceSpec
import WebServer

extension Command {
    static let agent = Command(
        "agent", summary: "run the agent without a console",
        help: """
            Runs the on-call brain at its cadence, carries out what was approved, and serves the kill flag on SENTINEL_LISTEN
            (default 127.0.0.1:8000). Consoles attach to the same store. SIGTERM and SIGINT stop it gracefully.
            """
    ) { arguments in
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let host = AgentHost(composition: composition)
        try await Interruption.run {
            try await host.runOnce(
                onStart: { server in
                    Output.line(
                        "sentinel agent: \(composition.paths.database), kill flag on \(server?.address ?? "nothing")")
                }, onFailure: { Output.complain($0) })
        }
        return .done
    }
}

/// Ends work when the process is asked to stop.
enum Interruption {
    /// Runs `body`; SIGINT and SIGTERM cancel it, which is then no error.
    static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let work = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in work.cancel() }
            source.activate()
            return source
        }
        defer { for source in sources { source.cancel() } }
        do {
            try await work.value
        } catch is CancellationError {
            return
        } catch  where work.isCancelled {
            return
        }
    }
}
