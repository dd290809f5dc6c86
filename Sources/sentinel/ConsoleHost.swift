import Basics
import Configuration
import Console
import Glibc
import IncidentStore
import OnCallModel
import SourceSpec

/// Opens the console, and runs an agent in the background if no other agent runs on the store.
struct ConsoleHost: Sendable {
    let composition: Composition

    func run(
        options: Console.Options, onStart: @escaping @Sendable (LoopbackServer?) async -> Void = { _ in }
    ) async throws -> ExitStatus {
        // Errors are reported before the screen is taken over.
        var options = options
        options.theme = try composition.settingsFile.load().theme
        let events = EventInbox()
        let author = composition.author("console")
        let feed = StoreFeed(
            path: composition.paths.database, events: events, clock: composition.clock, author: author)
        let console = try Console(
            options: options, events: events, feed: feed, themes: Themes(folder: composition.paths.themes),
            clock: composition.clock, author: author)
        let host = AgentHost(composition: composition)
        let agent = Task {
            await host.run(onStart: onStart, onFailure: { events.report($0) })
        }
        let start = Task {
            try await waitForStore()
            feed.start()
        }
        for problem in composition.catalog.problems { events.report("\(problem)") }
        await console.run()
        start.cancel()
        agent.cancel()
        feed.stop()
        await Self.wait(for: agent, timeout: .seconds(1))
        return .done
    }

    /// - Throws: a usage error where there is no terminal to show a console on. Nothing has started then.
    static func requireTerminal() throws(UsageError) {
        guard isatty(0) == 1, isatty(1) == 1 else {
            throw .noTerminal
        }
    }

    /// The agent creates the store on its first start.
    private func waitForStore() async throws {
        while (try? await StoreReader(composition.paths.database).read(.agentStatus)) == nil {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits for a graceful stop, but only briefly, so that the user gets the shell back. Actions that are still under way
    /// are reconciled at the next start.
    private static func wait(for task: Task<Void, Never>, timeout: Span) async {
        let isOver = Lock(false)
        Task {
            await task.value
            isOver.withLock { $0 = true }
        }
        for _ in 0..<Int(timeout.seconds / 0.02) where !isOver.withLock({ $0 }) {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension Console.Options {
    init(_ arguments: Arguments, environment: Environment) {
        self.init()
        isASCII = arguments.has("--ascii")
        isColored = environment["NO_COLOR"] == nil
        isReadOnly = arguments.has("--readonly")
    }
}

extension Subcommand {
    static let console = Subcommand(
        "", help: .console, switches: ["--ascii", "--readonly"]
    ) { arguments in
        try ConsoleHost.requireTerminal()
        let composition = try Composition(arguments)
        return try await ConsoleHost(composition: composition).run(
            options: Console.Options(arguments, environment: composition.environment))
    }
}
