import Basics
import YAML

/// The shared state while one manifest is read: log, inputs, dialect.
final class ManifestContext {
    let log: DiagnosticLog
    /// The older dialect has no `inputs:`; its secrets and variables are declared by being named.
    let isOlderDialect: Bool
    private(set) var inputs: [InputSpec] = []

    init(log: DiagnosticLog, isOlderDialect: Bool) {
        self.log = log
        self.isOlderDialect = isOlderDialect
    }

    func declare(_ input: InputSpec) {
        inputs.append(input)
    }

    /// Checks that `{{input.KEY}}` or `from: input` names a declared input.
    func useInput(_ key: String, _ mark: Mark, _ path: String) {
        guard !inputs.contains(where: { $0.key == key }) else { return }
        log.report(
            mark, path, "references unknown input \"\(key)\"",
            Suggestion.question(for: key, among: inputs.map(\.key)) ?? "Declare it under \"inputs:\".")
    }

    /// `{{secret.KEY}}`, `from: variable` and the like of the older dialect declare an input.
    func useOlderInput(_ key: String, kind: InputSpec.Kind, defaultText: String?, _ mark: Mark, _ path: String) {
        guard isOlderDialect else {
            log.report(
                mark, path,
                "\(kind == .secret ? "secret" : "variable") \"\(key)\" is of the older dialect, without \"inputs:\"",
                "Write {{input.\(key)}} or \"from: input\", and declare it under \"inputs:\".")
            return
        }
        if let known = inputs.firstIndex(where: { $0.key == key }) {
            inputs[known].defaultValue = inputs[known].defaultValue ?? defaultText
            return
        }
        declare(InputSpec(key: key, kind: kind, defaultValue: defaultText, isRequired: defaultText == nil))
    }
}

/// The names that templates and value sources in one place may use.
struct Scope {
    var filters: [String] = []
    /// The names that a function's arguments are bound to.
    var arguments: [String] = []
    var allows: Set<Template.Placeholder.Namespace> = [.input]
    /// The named values of a column's `template`.
    var expressions: [String] = []

    static let source = Scope()

    static func table(filters: [String]) -> Scope {
        Scope(filters: filters, allows: [.input, .filter, .state])
    }

    static func function(arguments: [String]) -> Scope {
        Scope(arguments: arguments, allows: [.input, .arg, .state])
    }
}
