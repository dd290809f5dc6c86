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
        "agent", help: .agent, switches: ["--standby", "--child"]
    ) { arguments in
        if arguments.has("--child") { return try await runAsChild(arguments) }
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let host = AgentHost(composition: composition)
        let database = composition.paths.database
        let onStart: @Sendable (LoopbackServer?) async -> Void = { server in
            let flag = server.map { "on \($0.address)" } ?? "not available"
            Output.line("sentinel agent: store \(database), kill flag \(flag)")
        }
        let isStandby = arguments.has("--standby")
        if isStandby, composition.isAgentRunning {
            Output.line("sentinel agent: standing by; another agent runs on \(database)")
        }
        try await Interruption.run {
            guard isStandby else { return try await host.runOnce(onStart: onStart, onFailure: { Output.complain($0) }) }
            await host.run(onStart: onStart, onFailure: { Output.complain($0) })
        }
        return .done
    }

    /// The agent of a console: it ends with its standard input, which the console holds open.
    private static func runAsChild(_ arguments: Arguments) async throws -> ExitStatus {
        // A console that is suspended reads no complaints, which must not hold the agent up.
        _ = fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK)
        OwnThread.start {
            var byte: UInt8 = 0
            while case let count = read(STDIN_FILENO, &byte, 1), count > 0 || count < 0 && errno == EINTR {}
            kill(getpid(), SIGTERM)
            // What the agent is doing then has this long to end. The rest is reconciled at the next start.
            sleep(10)
            _exit(ExitStatus.failed.rawValue)
        }
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        try await Interruption.run {
            try await AgentHost(composition: composition).runOnce(onFailure: { Output.complain($0) })
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
