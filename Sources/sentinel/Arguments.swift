import Basics

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
    /// The given ones of these options, as they are written on a command line.
    func words(of names: [String]) -> [String] { names.flatMap { name in options[name].map { [name, $0] } ?? [] } }
    func has(_ name: String) -> Bool { switches.contains(name) }

    /// The value of an option with a fixed list of values; nil if the option is not given.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ option: String, _ type: Choice.Type = Choice.self
    ) throws(UsageError) -> Choice? {
        guard let word = options[option] else { return nil }
        guard let choice = Choice(rawValue: word) else {
            throw .invalidChoice(word, of: option, among: Choice.allCases.map(\.rawValue))
        }
        return choice
    }

    /// The row number at a position of the words; `#12` is accepted as 12.
    func number(at position: Int, of what: String) throws(UsageError) -> Int64 {
        guard words.indices.contains(position) else { throw .missing("\(what) number") }
        guard let number = Int64(words[position].filter { $0 != "#" }) else {
            throw .notANumber(words[position], of: what)
        }
        return number
    }
}

extension Span {
    /// `30d`, `12h`, `15m` or `2w`.
    init?(argument text: String) {
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count > 0 else {
            return nil
        }
        self = .seconds(count * unit)
    }
}

extension Arguments.Grammar {
    /// The argument with an alias replaced by the current spelling; the part from `=` on is kept.
    fileprivate func current(_ argument: String) -> String {
        let name = argument.prefix { $0 != "=" }
        guard let spelling = aliases[String(name)] else { return argument }
        return spelling + argument.dropFirst(name.count)
    }
}
