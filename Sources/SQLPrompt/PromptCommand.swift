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
        var words = line.split { $0.isWhitespace || $0 == ";" }.map(String.init)
        guard !words.isEmpty else { throw unknown(line) }
        let typed = words.removeFirst().lowercased()
        // An earlier spelling.
        let name = typed == ".stored" ? ".offline" : typed
        let maxWords = [".sources", ".help", ".quit", ".exit"].contains(name) ? 0 : 1
        if names.contains(name), words.count > maxWords {
            throw Problem(sentence: "Unexpected argument \"\(words[maxWords])\" for \(name).")
        }
        let word = words.first
        switch name {
        case ".tables": return .tables(source: word)
        case ".schema":
            guard let word else { throw Problem(sentence: "Missing table. Usage: .schema github.commits") }
            return .schema(table: word)
        case ".sources": return .sources
        case ".format": return .format(try word.map(format))
        case ".offline": return .offline(try word.map { word throws(Problem) in try isOn(word, name) })
        case ".explain": return .explain(try word.map { word throws(Problem) in try isOn(word, name) })
        case ".help": return .help
        case ".quit", ".exit": return .quit
        default: throw unknown(name)
        }
    }

    private static func unknown(_ name: String) -> Problem {
        let nearest = Suggestion.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
        return Problem(sentence: "Unknown command \(name).\(nearest) Type .help for help.")
    }

    private static func format(_ word: String) throws(Problem) -> RowFormat {
        guard let format = RowFormat(rawValue: word.lowercased()) else {
            throw Problem(sentence: ".format must be \(RowFormat.words(joinedBy: ", ")), not \"\(word)\".")
        }
        return format
    }

    private static func isOn(_ word: String, _ name: String) throws(Problem) -> Bool {
        switch word.lowercased() {
        case "on": return true
        case "off": return false
        default: throw Problem(sentence: "\(name) must be on or off, not \"\(word)\".")
        }
    }
}
