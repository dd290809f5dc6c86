import Basics
import Configuration
import Console
import Glibc
import IncidentStore
import OnCallModel
import ViewState

/// Opens the console, and runs an agent in the background if no other agent runs on the store.
struct ConsoleHost: Sendable {
    let workplace: Workplace
    /// Runs agents until the task is cancelled, and reports what they complain about.
    let agents: @Sendable (_ report: @escaping @Sendable (String) -> Void) async -> Void

    func run(options: Console.Options) async throws -> ExitStatus {
        // Errors are reported before the screen is taken over.
        var options = options
        options.theme = try workplace.settingsFile.load().theme
        let events = EventInbox()
        let author = workplace.author("console")
        let feed = StoreFeed(
            path: workplace.paths.database, events: events, clock: workplace.clock, author: author)
        let console = try Console(
            options: options, events: events, feed: feed, themes: Themes(folder: workplace.paths.themes),
            clock: workplace.clock, author: author)
        let agent = Task { await agents { events.report($0) } }
        let start = Task {
            try await workplace.waitForStore()
            feed.start()
        }
        await console.run()
        start.cancel()
        agent.cancel()
        feed.stop()
        await Self.wait(for: agent, timeout: .seconds(1))
        return .done
    }

    /// - Throws: a usage error if there is no terminal. Nothing has started then.
    static func requireTerminal() throws(UsageError) {
        guard isatty(0) == 1, isatty(1) == 1 else { throw .noTerminal }
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

extension Console.Options {
    /// The palette offers the saved questions, which this program answers in a process of its own.
    fileprivate mutating func offerQuestions(of workplace: Workplace, _ arguments: Arguments) {
        guard let program = Paths.executable else { return }
        questions = QuestionFolder(workplace.paths.questions).questions.map { question in
            let parameters = question.parameters.map { "\($0.name)\($0.standard.map { " = \($0)" } ?? "")" }
            let hint = parameters.isEmpty ? "" : " (\(parameters.joined(separator: ", ")))"
            return AskableQuestion(name: question.name, hint: (question.sentence + hint).trimmed)
        }
        ask.program = [program, "ask"]
        ask.options = arguments.words(of: ["--db", "--settings", "--sources", "--questions"])
    }
}

extension Subcommand {
    static let console = Subcommand(
        "", help: .console, switches: ["--ascii", "--readonly"]
    ) { arguments in
        try ConsoleHost.requireTerminal()
        let workplace = Workplace(arguments)
        let agents = AgentProcess(
            workplace: workplace,
            options: arguments.words(of: ["--db", "--settings", "--sources", "--themes", "--runbooks"]))
        var options = Console.Options(arguments, environment: workplace.environment)
        options.offerQuestions(of: workplace, arguments)
        return try await ConsoleHost(workplace: workplace, agents: agents.run).run(options: options)
    }
}
