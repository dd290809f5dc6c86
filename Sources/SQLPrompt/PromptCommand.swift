import Basics

/// What a line that starts with a dot asks for.
package enum PromptCommand: Hashable, Sendable {
    /// The tables of all sources or of one.
    case tables(source: String?)
    /// The columns of `source.table`.
    case schema(table: String)
    case sources
    /// Nil asks which it is; the same holds for the two switches.
    case format(RowFormat?)
    case stored(Bool?)
    case explain(Bool?)
    case help
    case quit

    /// A command that makes no sense, as a sentence.
    struct Problem: Error, Hashable, Sendable {
        var sentence: String
    }

    /// In the order of the help.
    static let names = [".tables", ".schema", ".sources", ".format", ".stored", ".explain", ".help", ".quit"]

    /// No line is longer than 40 cells.
    package static let overview = """
        A statement ends with ; on any line.
        Tab completes, Up recalls, Ctrl-R finds,
        Ctrl-C stops, Ctrl-D ends.
        .tables [SOURCE]  tables and functions
        .schema TABLE     the columns of a table
        .sources          what is set, what not
        .format \(RowFormat.words(joinedBy: "|"))
        .stored on|off    on: make no calls
        .explain on|off   on: only tell of calls
        .help  .quit

        """

    /// - Parameter line: from its dot on.
    static func parse(_ line: String) throws(Problem) -> PromptCommand {
        var words = line.split { $0.isWhitespace || $0 == ";" }.map(String.init)
        guard !words.isEmpty else { throw unknown(line) }
        let name = words.removeFirst().lowercased()
        let most = [".sources", ".help", ".quit", ".exit"].contains(name) ? 0 : 1
        if names.contains(name), words.count > most {
            throw Problem(sentence: "“\(words[most])” is one word too many for \(name).")
        }
        let word = words.first
        switch name {
        case ".tables": return .tables(source: word)
        case ".schema":
            guard let word else { throw Problem(sentence: "Name the table: .schema github.commits") }
            return .schema(table: word)
        case ".sources": return .sources
        case ".format": return .format(try word.map(format))
        case ".stored": return .stored(try word.map { word throws(Problem) in try isOn(word, name) })
        case ".explain": return .explain(try word.map { word throws(Problem) in try isOn(word, name) })
        case ".help": return .help
        case ".quit", ".exit": return .quit
        default: throw unknown(name)
        }
    }

    private static func unknown(_ name: String) -> Problem {
        let nearest = Suggestion.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
        return Problem(sentence: "There is no command \(name).\(nearest) See .help.")
    }

    private static func format(_ word: String) throws(Problem) -> RowFormat {
        guard let format = RowFormat(rawValue: word.lowercased()) else {
            throw Problem(sentence: ".format is \(RowFormat.words(joinedBy: ", ")), not “\(word)”.")
        }
        return format
    }

    private static func isOn(_ word: String, _ name: String) throws(Problem) -> Bool {
        switch word.lowercased() {
        case "on": return true
        case "off": return false
        default: throw Problem(sentence: "\(name) is on or off, not “\(word)”.")
        }
    }
}
