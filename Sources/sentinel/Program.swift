import Basics
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
    static let commands: [Command] = [
        .console, .agent, .demo, .scan, .sql, .source, .approvals, .incidents, .loops, .quality, .backtest, .settings,
        .doctor,
    ]

    private static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            if arguments == ["--version"] {
                Output.line("sentinel \(version)")
                return .done
            }
            let (command, rest) = try select(from: arguments)
            if rest.contains("--help") || rest.contains("-h") {
                Output.write(command.name.isEmpty ? overview : command.helpText)
                return .done
            }
            return try await command.run(Arguments(rest, grammar: command.grammar))
        } catch let error as UsageError {
            Output.complain("\(error.message) See `sentinel --help`.")
            return .wrongUsage
        } catch is CancellationError {
            return .failed
        } catch {
            Output.complain("\(error)")
            return .failed
        }
    }

    /// The first word that is no option names the command; without one it is the console.
    private static func select(from arguments: [String]) throws -> (Command, [String]) {
        guard let first = arguments.first, !first.hasPrefix("-") else { return (.console, arguments) }
        if first == "help" { return (.console, ["--help"]) }
        guard let command = commands.first(where: { $0.name == first }) else {
            let names = commands.map(\.name).filter { !$0.isEmpty }
            throw UsageError("There is no command “\(first)”.", nearest: Suggestion.nearest(to: first, among: names))
        }
        return (command, Array(arguments.dropFirst()))
    }

    private static var overview: String {
        let width = commands.map(\.name.count).max() ?? 0
        let list = commands.filter { !$0.name.isEmpty }.map { command in
            "  sentinel \(command.name.padded(to: width))  \(command.summary)\n"
        }
        return """
            sentinel: the command center of an AI product's on-call engineer.

              sentinel \("".padded(to: width))  \(Command.console.summary)
            \(list.joined())
            Everywhere: --db PATH, --settings PATH, --sources DIR, --themes DIR, --help.
            Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with partial data.

            """
    }
}

extension Command {
    var helpText: String {
        "sentinel \(name): \(summary)\n\n\(help)\n"
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
