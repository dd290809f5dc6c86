/// One subcommand: its name, its help, the arguments it accepts, and what it runs.
struct Subcommand: Sendable {
    let name: String
    let help: CommandHelp
    let grammar: Arguments.Grammar
    let run: @Sendable (Arguments) async throws -> ExitStatus

    init(
        _ name: String, help: CommandHelp, options: Set<String> = [], switches: Set<String> = [],
        aliases: [String: String] = [:], words: Int = 0,
        run: @escaping @Sendable (Arguments) async throws -> ExitStatus
    ) {
        self.name = name
        self.help = help
        grammar = Arguments.Grammar(
            options: options.union(["--db", "--settings", "--sources", "--themes", "--runbooks", "--questions"]),
            switches: switches.union(["--help", "-h"]), aliases: aliases, maxWords: words)
        self.run = run
    }

    var helpText: String { "\(help.summary).\n\n\(help.body)\n\(CommandHelp.globalOptionsHint)\n" }
}

/// The exit status of the program (contract).
enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case wrongUsage = 2
    case partial = 3
}
