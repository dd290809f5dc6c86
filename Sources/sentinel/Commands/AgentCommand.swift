import AgentCore
import Basics
import Configuration
import Dispatch
import Glibc
import IncidentStore
import SourceSpec
import WebServer

extension Subcommand {
    static let agent = Subcommand(
        "agent", help: .agent
    ) { arguments in
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let host = AgentHost(composition: composition)
        try await Interruption.run {
            try await host.runOnce(
                onStart: { server in
                    Output.line(
                        "sentinel agent: store \(composition.paths.database), kill flag \(server.map { "on \($0.address)" } ?? "not available")"
                    )
                }, onFailure: { Output.complain($0) })
        }
        return .done
    }
}

/// Cancels work when the process receives a signal to stop.
enum Interruption {
    /// Runs `body`. SIGINT and SIGTERM cancel it, which is not an error.
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
