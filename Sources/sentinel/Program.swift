import Glibc

@main
enum Program {
    static let version = "0.1.0"

    static func main() async {
        // A reader that went away (`sentinel sql … | head`) is an error of `write`, not a signal.
        signal(SIGPIPE, SIG_IGN)
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        exit(status.rawValue)
    }

    /// In the order of the help.
    static let commands: [Subcommand] = [
        .console, .agent, .demo, .scan, .sql, .ask, .source, .approvals, .actions, .audit, .incidents, .handoff,
        .runbooks, .loops, .quality, .risk, .digest, .cost, .backtest,
        .settings,
        .doctor,
    ]

    private static func run(_ arguments: [String]) async -> ExitStatus {
        var help = "sentinel"
        do {
            if arguments == ["--version"] {
                Output.line("sentinel \(version)")
                return .done
            }
            let (command, rest) = try select(from: arguments)
            if !command.name.isEmpty { help += " \(command.name)" }
            if rest.contains("--help") || rest.contains("-h") {
                Output.write(command.name.isEmpty ? overview : command.helpText)
                return .done
            }
            return try await command.run(Arguments(rest, grammar: command.grammar))
        } catch let error as UsageError {
            let hint = error.hasUsage ? "" : " See `\(help) --help`."
            Output.complain(error.message + hint)
            return .wrongUsage
        } catch is CancellationError {
            return .failed
        } catch {
            Output.complain("\(error)")
            return .failed
        }
    }

    /// The first argument names the command, unless it is an option; then the command is the console.
    private static func select(from arguments: [String]) throws -> (Subcommand, [String]) {
        guard let first = arguments.first, !first.hasPrefix("-") else { return (.console, arguments) }
        if first == "help" { return (.console, ["--help"]) }
        guard let command = commands.first(where: { $0.name == first }) else {
            throw UsageError.unknownCommand(first, among: commands.map(\.name).filter { !$0.isEmpty })
        }
        return (command, Array(arguments.dropFirst()))
    }

    private static var overview: String {
        CommandHelp.overview(commands.filter { !$0.name.isEmpty }.map { ($0.name, $0.help.summary) })
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
