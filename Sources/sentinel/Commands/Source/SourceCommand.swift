import Basics
import Configuration
import SourceSpec

extension Subcommand {
    static let source = Subcommand(
        "source", help: .source,
        options: ["--format", "--since"], switches: ["--replace"], words: 20
    ) { arguments in
        let words = Array(arguments.words.dropFirst())
        let known = ["list", "info", "lint", "add", "remove", "test", "sync"]
        let verb = arguments.words.first ?? "list"
        guard known.contains(verb) else { throw UsageError.unknownSubcommand(verb, of: "source", among: known) }
        if verb == "sync" {
            return try await SourceSync.run(words, since: arguments["--since"], Composition(arguments))
        }
        let usage =
            "sentinel source \(verb)" + (verb == "list" ? "" : ["add", "lint"].contains(verb) ? " FILE" : " NAME")
        let wanted = verb == "list" ? 0 : 1
        if words.count > wanted { throw UsageError.unexpectedArgument(words[wanted], usage: usage) }
        if words.count < wanted { throw UsageError.missing("argument", usage: usage) }
        if verb == "lint" { return try SourceLint.run(words[0], OutputFormat(arguments)) }
        let context = try SourceContext(arguments)
        switch verb {
        case "info": return try SourceInfo.run(words[0], context)
        case "add": return try SourceAdd.run(words[0], replacing: arguments.has("--replace"), context)
        case "remove": return try SourceRemove.run(words[0], context)
        case "test": return try await SourceTest.run(words[0], context)
        default: return try SourceList.run(context)
        }
    }
}

/// The environment and catalog that every `sentinel source` command uses.
struct SourceContext: Sendable {
    let environment: Environment
    let paths: Paths
    let format: OutputFormat
    let catalog: SourceCatalog

    init(_ arguments: Arguments) throws {
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
    static func load(_ paths: Paths) -> SourceCatalog { load(directory: paths.sources, own: paths.ownSources) }
}
