/// The words of a command line, sorted into options, switches and the rest.
struct Arguments: Hashable, Sendable {
    /// The arguments that a command accepts.
    struct Grammar: Hashable, Sendable {
        /// Options that take a value: `--db PATH` or `--db=PATH`.
        var options: Set<String> = []
        var switches: Set<String> = []
        /// Earlier spellings of options and switches that are still accepted.
        var aliases: [String: String] = [:]
        /// The maximum number of words that are neither options nor switches.
        var maxWords = 0
    }

    private(set) var words: [String] = []
    private var options: [String: String] = [:]
    private var switches: Set<String> = []

    init(_ arguments: some Sequence<String>, grammar: Grammar) throws(UsageError) {
        var rest = Array(arguments)[...]
        var onlyWords = false
        while let word = rest.popFirst() {
            let argument = onlyWords ? word : grammar.current(word)
            if onlyWords || !argument.hasPrefix("-") || argument == "-" {
                words.append(argument)
            } else if argument == "--" {
                onlyWords = true
            } else if let equals = argument.firstIndex(of: "="), grammar.options.contains(String(argument[..<equals])) {
                options[String(argument[..<equals])] = String(argument[argument.index(after: equals)...])
            } else if grammar.options.contains(argument) {
                guard let value = rest.popFirst() else { throw .missingValue(of: argument) }
                options[argument] = value
            } else if grammar.switches.contains(argument) {
                switches.insert(argument)
            } else {
                throw .unknownOption(argument, among: grammar.options.union(grammar.switches))
            }
        }
        guard words.count <= grammar.maxWords else { throw .unexpectedArgument(words[grammar.maxWords]) }
    }

    subscript(option: String) -> String? { options[option] }
    func has(_ name: String) -> Bool { switches.contains(name) }
}

extension Arguments.Grammar {
    /// The argument with an alias replaced by the current spelling; the part from `=` on is kept.
    fileprivate func current(_ argument: String) -> String {
        let name = argument.prefix { $0 != "=" }
        guard let spelling = aliases[String(name)] else { return argument }
        return spelling + argument.dropFirst(name.count)
    }
}
