/// One subcommand: what it is called, what it understands, what it does.
struct Command: Sendable {
    let name: String
    let summary: String
    /// The lines of `--help` below the summary.
    let help: String
    let grammar: Arguments.Grammar
    let run: @Sendable (Arguments) async throws -> ExitStatus

    init(
        _ name: String, summary: String, help: String, options: Set<String> = [], switches: Set<String> = [],
        words: Int = 0, run: @escaping @Sendable (Arguments) async throws -> ExitStatus
    ) {
        self.name = name
        self.summary = summary
        self.help = help
        grammar = Arguments.Grammar(
            options: options.union(["--db", "--settings", "--sources", "--themes"]),
            switches: switches.union(["--help", "-h"]), maximumWords: words)
        self.run = run
    }
}

/// The exit status of the program (contract).
enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case wrongUsage = 2
    case partial = 3
}

/// A failure told in one sentence that says what to do. Exit status 1.
struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    var message: String

    init(_ message: String) {
        self.message = message
    }

    var description: String { message }
}
