import Basics
import Configuration
import SourceSpec

extension Command {
    static let source = Command(
        "source", summary: "list, check, add and test the sources",
        help: """
            \(SourceList.help)
            \(SourceInfo.help)
            \(SourceLint.help)
            \(SourceAdd.help)
            \(SourceRemove.help)
            \(SourceTest.help)
            \(SourceSync.help)

              --format table|json                json is one document on one line (default table)

            The sources are those that Sentinel ships and those that were added, which lie in
            $XDG_CONFIG_HOME/sentinel/sources. With --sources DIR those in DIR alone are read; add and remove still mean the
            folder of the user's own.
            """,
        options: ["--format", "--since"], switches: ["--replace"], words: 20
    ) { arguments in
        let words = Array(arguments.words.dropFirst())
        guard let verb = arguments.words.first else { return try SourceList.run(SourceContext(arguments)) }
        guard let run = verbs[verb] else {
            throw UsageError(
                "There is no `source \(verb)`.", nearest: Suggestion.nearest(to: verb, among: verbs.keys.sorted()))
        }
        return try await run(arguments, words)
    }

    private typealias Verb = @Sendable (Arguments, [String]) async throws -> ExitStatus

    private static let verbs: [String: Verb] = [
        "list": { arguments, words in
            try one(words, of: 0, "sentinel source list")
            return try SourceList.run(SourceContext(arguments))
        },
        "info": { arguments, words in
            try one(words, of: 1, "sentinel source info NAME")
            return try SourceInfo.run(words[0], SourceContext(arguments))
        },
        "lint": { arguments, words in
            try one(words, of: 1, "sentinel source lint FILE")
            return try SourceLint.run(words[0], OutputFormat(arguments))
        },
        "add": { arguments, words in
            try one(words, of: 1, "sentinel source add FILE")
            return try SourceAdd.run(words[0], replacing: arguments.has("--replace"), SourceContext(arguments))
        },
        "remove": { arguments, words in
            try one(words, of: 1, "sentinel source remove NAME")
            return try SourceRemove.run(words[0], SourceContext(arguments))
        },
        "test": { arguments, words in
            try one(words, of: 1, "sentinel source test NAME")
            return try await SourceTest.run(words[0], SourceContext(arguments))
        },
        "sync": { arguments, words in
            try await SourceSync.run(words, since: arguments["--since"], Composition(arguments))
        },
    ]

    private static func one(_ words: [String], of count: Int, _ usage: String) throws(UsageError) {
        guard words.count != count else { return }
        if words.count > count { throw UsageError("“\(words[count])” is one word too many: \(usage).") }
        throw UsageError("Something is missing: \(usage).")
    }
}

/// What every verb of `sentinel source` needs.
struct SourceContext: Sendable {
    let environment: Environment
    let paths: Paths
    let format: OutputFormat
    let catalog: SourceCatalog
    let arguments: Arguments

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        format = try OutputFormat(arguments)
        environment = Environment.current()
        paths = Paths(options: { arguments[$0] }, environment: environment)
        catalog = SourceCatalog.load(paths)
    }

    var own: OwnSources { OwnSources(folder: paths.addedSources) }

    /// The source of that name, whatever its case.
    func source(_ name: String) throws -> SourceSpec {
        if let spec = catalog.specs.first(where: { $0.name.lowercased() == name.lowercased() }) { return spec }
        if let problem = catalog.problems.first(where: { $0.source.lowercased() == name.lowercased() }) {
            throw Failure("\(problem)")
        }
        let nearest = Suggestion.nearest(to: name, among: catalog.specs.map(\.name))
        throw Failure(
            "There is no source \(name). " + (nearest.map { "Did you mean \($0)?" } ?? "See `sentinel source list`."))
    }

    func print(_ document: JSONValue, or text: @autoclosure () -> String) {
        Output.write(format == .json ? document.serialized + "\n" : text())
    }
}

extension SourceCatalog {
    /// The shipped sources and the user's own, or those of `--sources` alone.
    static func load(_ paths: Paths) -> SourceCatalog {
        load(directory: paths.sources, own: paths.ownSources)
    }
}

extension RowSet {
    /// A list of objects by column name.
    var objects: JSONValue {
        .array(rows.map { row in .object(zip(columns, row).map { JSONValue.Member($0, JSONValue($1)) }) })
    }
}
