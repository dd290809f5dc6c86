import Basics
import YAML

extension Template {
    /// Reads `{{namespace.key|default}}`. Invalid placeholders are reported and kept as text.
    static func read(_ item: ManifestNode, _ scope: Scope, _ context: ManifestContext) -> Template {
        guard case .text(let text) = item.node.scalar else {
            context.log.report(item, "text is required here", "Put the value in quotes.")
            return Template(parts: [])
        }
        let (mark, path) = (item.node.mark, item.path)
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                context.log.report(mark, path, "\"{{\" is not closed", "Add \"}}\".")
                return Template(parts: parts)
            }
            let token = rest[open.upperBound..<close.lowerBound]
            if let placeholder = placeholder(String(token), mark: mark, path: path, scope, context) {
                parts.append(.placeholder(placeholder))
            }
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return Template(parts: parts)
    }

    private static func placeholder(
        _ token: String, mark: Mark, path: String, _ scope: Scope, _ context: ManifestContext
    ) -> Placeholder? {
        let halves = token.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let defaultText = halves.count == 2 ? halves[1].trimmed : nil
        let name = halves[0].trimmed.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard name.count == 2, !name[1].isEmpty else {
            context.log.report(
                mark, path, "\"{{\(token)}}\" names no value", "Write {{namespace.key}}, such as {{input.NAME}}.")
            return nil
        }
        let key = String(name[1])
        if let kind: InputSpec.Kind = name[0] == "secret" ? .secret : name[0] == "variable" ? .variable : nil {
            context.useOlderInput(key, kind: kind, defaultText: defaultText, mark, path)
            return Placeholder(namespace: .input, key: key, defaultText: defaultText)
        }
        guard let namespace = Placeholder.Namespace(rawValue: String(name[0])), scope.allows.contains(namespace) else {
            let known = scope.allows.map { "{{\($0.rawValue).…}}" }.sorted().joined(separator: ", ")
            context.log.report(mark, path, "unsupported template token \"{{\(token)}}\"", "Allowed here: \(known).")
            return nil
        }
        scope.check(namespace, key, "in template \"{{\(token)}}\"", mark: mark, path: path, context)
        return Placeholder(namespace: namespace, key: key, defaultText: defaultText)
    }
}

extension Scope {
    /// Reports a name that is not declared.
    func check(
        _ namespace: Template.Placeholder.Namespace, _ key: String, _ place: String, mark: Mark, path: String,
        _ context: ManifestContext
    ) {
        let (word, known, remedy): (String, [String], String)
        switch namespace {
        case .input:
            context.useInput(key, mark, path)
            return
        case .filter: (word, known, remedy) = ("filter", filters, "Declare it under \"filters:\".")
        case .arg: (word, known, remedy) = ("argument", arguments, "Declare it under \"args:\".")
        case .state: (word, known, remedy) = ("state", ["page", "offset", "cursor"], "Known: page, offset, cursor.")
        case .expr: (word, known, remedy) = ("value", expressions, "Declare it under \"values:\".")
        }
        guard !known.contains(key) else { return }
        let suffix = place.isEmpty ? "" : " " + place
        context.log.report(
            mark, path, "references unknown \(word) \"\(key)\"\(suffix)",
            Suggestion.question(for: key, among: known) ?? remedy)
    }
}
