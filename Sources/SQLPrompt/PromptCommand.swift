import Basics

/// A command of the prompt: a line that starts with a dot.
package enum PromptCommand: Hashable, Sendable {
    /// The tables of all sources or of one.
    case tables(source: String?)
    /// The columns of `source.table`.
    case schema(table: String)
    case sources
    /// Nil shows the current value; the same holds for the two switches.
    case format(RowFormat?)
    case offline(Bool?)
    case explain(Bool?)
    case help
    case quit

    /// An invalid command, as a sentence.
    struct Problem: Error, Hashable, Sendable {
        var sentence: String
    }

    /// In the order of the help.
    static let names = [".tables", ".schema", ".sources", ".format", ".offline", ".explain", ".help", ".quit"]

    /// No line is longer than 40 cells.
    package static let overview = """
        End a statement with a semicolon.
        Tab completes, Up recalls, Ctrl-R finds,
        Ctrl-C stops, Ctrl-D quits.
        .tables [SOURCE]  tables and functions
        .schema TABLE     columns of a table
        .sources          sources and inputs
        .format \(RowFormat.words(joinedBy: "|"))
        .offline on|off   on: make no calls
        .explain on|off   on: list calls only
        .help  .quit

        """

    /// - Parameter line: the line, starting with the dot.
    static func parse(_ line: String) throws(Problem) -> PromptCommand {
        let words = line.split { $0.isWhitespace || $0 == ";" }.map(String.init)
        let name = words.first?.lowercased() ?? line
        let word = words.dropFirst().first
        let command: PromptCommand
        var maxWords = 1
        switch name {
        case ".tables": command = .tables(source: word)
        case ".schema":
            guard let word else { throw Problem(sentence: "Missing table. Usage: .schema github.commits") }
            command = .schema(table: word)
        case ".format": command = .format(try format(word))
        // .stored is the old spelling.
        case ".offline", ".stored": command = .offline(try isOn(word, name))
        case ".explain": command = .explain(try isOn(word, name))
        case ".sources": (command, maxWords) = (.sources, 0)
        case ".help": (command, maxWords) = (.help, 0)
        case ".quit", ".exit": (command, maxWords) = (.quit, 0)
        default:
            let nearest = Suggestion.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
            throw Problem(sentence: "Unknown command \(name).\(nearest) Type .help for help.")
        }
        if words.count > maxWords + 1 {
            throw Problem(sentence: "Unexpected argument \"\(words[maxWords + 1])\" for \(name).")
        }
        return command
    }

    private static func format(_ word: String?) throws(Problem) -> RowFormat? {
        guard let word else { return nil }
        guard let format = RowFormat(rawValue: word.lowercased()) else {
            throw Problem(sentence: ".format must be \(RowFormat.words(joinedBy: ", ")), not \"\(word)\".")
        }
        return format
    }

    private static func isOn(_ word: String?, _ name: String) throws(Problem) -> Bool? {
        switch word?.lowercased() {
        case nil: return nil
        case "on": return true
        case "off": return false
        case .some: throw Problem(sentence: "\(name) must be on or off, not \"\(word ?? "")\".")
        }
    }
}
