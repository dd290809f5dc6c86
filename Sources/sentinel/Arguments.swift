import Basics

/// The words of a command line, sorted into options, switches and the rest.
struct Arguments: Hashable, Sendable {
    /// What a command understands.
    struct Grammar: Hashable, Sendable {
        /// Options that take a value: `--db PATH` or `--db=PATH`.
        var options: Set<String> = []
        var switches: Set<String> = []
        /// The most words that are neither.
        var maximumWords = 0
    }

    private(set) var words: [String] = []
    private var options: [String: String] = [:]
    private var switches: Set<String> = []

    init(_ arguments: some Sequence<String>, grammar: Grammar) throws(UsageError) {
        var rest = Array(arguments)[...]
        var onlyWords = false
        while let argument = rest.popFirst() {
            if onlyWords || !argument.hasPrefix("-") || argument == "-" {
                words.append(argument)
            } else if argument == "--" {
                onlyWords = true
            } else if let equals = argument.firstIndex(of: "="), grammar.options.contains(String(argument[..<equals])) {
                options[String(argument[..<equals])] = String(argument[argument.index(after: equals)...])
            } else if grammar.options.contains(argument) {
                guard let value = rest.popFirst() else { throw UsageError("\(argument) needs a value.") }
                options[argument] = value
            } else if grammar.switches.contains(argument) {
                switches.insert(argument)
            } else {
                let known = grammar.options.union(grammar.switches)
                throw UsageError(
                    "There is no option \(argument).", nearest: Suggestion.nearest(to: argument, among: known))
            }
        }
        guard words.count <= grammar.maximumWords else {
            throw UsageError("“\(words[grammar.maximumWords])” is one word too many.")
        }
    }

    subscript(option: String) -> String? { options[option] }
    func has(_ name: String) -> Bool { switches.contains(name) }
}

/// The command line makes no sense. Exit status 2.
struct UsageError: Error, Hashable, Sendable {
    var message: String

    init(_ message: String, nearest: String? = nil) {
        self.message = nearest.map { "\(message) Did you mean \($0)?" } ?? message
    }
}
