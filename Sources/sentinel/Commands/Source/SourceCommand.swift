import Basics
import Configuration
import SourceSpec

extension Subcommand {
    static let source = Subcommand(
        "source", help: .source,
        options: ["--format", "--since"], switches: ["--replace"], words: 20
    ) { arguments in
        let words = Array(arguments.words.dropFirst())
        guard let verb = arguments.words.first else { return try SourceList.run(SourceContext(arguments)) }
        guard let run = verbs[verb] else {
            throw UsageError.unknownSubcommand(verb, of: "source", among: verbs.keys.sorted())
        }
        return try await run(arguments, words)
    }

    private typealias Verb = @Sendable (Arguments, [String]) async throws -> ExitStatus

    private static let verbs: [String: Verb] = [
        "list": { arguments, words in
            try check(words, of: 0, "sentinel source list")
            return try SourceList.run(SourceContext(arguments))
        },
        "info": { arguments, words in
            try check(words, of: 1, "sentinel source info NAME")
            return try SourceInfo.run(words[0], SourceContext(arguments))
        },
        "lint": { arguments, words in
            try check(words, of: 1, "sentinel source lint FILE")
            return try SourceLint.run(words[0], OutputFormat(arguments))
        },
        "add": { arguments, words in
            try check(words, of: 1, "sentinel source add FILE")
            return try SourceAdd.run(words[0], replacing: arguments.has("--replace"), SourceContext(arguments))
        },
        "remove": { arguments, words in
            try check(words, of: 1, "sentinel source remove NAME")
            return try SourceRemove.run(words[0], SourceContext(arguments))
        },
        "test": { arguments, words in
            try check(words, of: 1, "sentinel source test NAME")
            return try await SourceTest.run(words[0], SourceContext(arguments))
        },
        "sync": { arguments, words in
            try await SourceSync.run(words, since: arguments["--since"], Composition(arguments))
        },
    ]

    private static func check(_ words: [String], of count: Int, _ usage: String) throws(UsageError) {
        guard words.count != count else { return }
        if words.count > count { throw .unexpectedArgument(words[count], usage: usage) }
        throw .missing("argument", usage: usage)
    }
}

/// The environment and catalog that every `sentinel source` command uses.
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

    /// The source of that name, ignoring case.
    func source(_ name: String) throws -> SourceSpec {
        if let spec = catalog.specs.first(where: { $0.name.lowercased() == name.lowercased() }) { return spec }
        if let problem = catalog.problems.first(where: { $0.source.lowercased() == name.lowercased() }) {
            throw Failure("\(problem)")
        }
        throw Failure.noSource(name, among: catalog.specs.map(\.name))
    }
}

extension SourceCatalog {
    /// The shipped sources and the user's own; only those of `--sources` if it is given.
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
