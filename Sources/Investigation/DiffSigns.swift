package import OnCallModel

/// What the diff of one file changes of how a product calls its models.
package struct DiffSign: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case retries, timeouts, tokenLimits = "token_limits", models, prompts, toolSchemas = "tool_schemas"
    }

    package var kind: Kind
    /// `raises max_tokens from 500 to 4096 in src/bot.py`.
    package var phrase: String

    /// One for each kind, the clearest. Documents and tests have none.
    package static func of(_ file: ChangedFile) -> [DiffSign] {
        guard !CommitClass.isIrrelevant(path: file.path) else { return [] }
        var signs: [DiffSign] = []
        for change in DiffReading(of: file).changes.sorted(by: { $0.weight > $1.weight }) where change.weight >= 0.3 {
            guard let kind = kind(of: change), !signs.contains(where: { $0.kind == kind }) else { continue }
            signs.append(DiffSign(kind: kind, phrase: change.phrase))
        }
        if !signs.contains(where: { $0.kind == .toolSchemas }), changesToolSchema(file) {
            signs.append(DiffSign(kind: .toolSchemas, phrase: "changes a tool schema in \(file.path.prefix(80))"))
        }
        return signs
    }

    private static func kind(of change: DiffReading.Change) -> Kind? {
        switch change.cause {
        case .retrying: change.phrase.lowercased().contains("timeout") ? .timeouts : .retries
        case .tokens: .tokenLimits
        case .model: .models
        case .prompt: .prompts
        case .stopping, .caching, .output, .tool: nil
        }
    }

    private static let schemaKeys = [
        "input_schema", "inputschema", "tool_choice", "toolspec", "function_call", "\"parameters\"", "'parameters'",
    ]

    private static func changesToolSchema(_ file: ChangedFile) -> Bool {
        let (removed, added) = file.lines
        if (removed + added).contains(where: { line in schemaKeys.contains { line.lowercased().contains($0) } }) {
            return true
        }
        let path = file.path.lowercased()
        return path.contains("tool") && path.contains("schema")
    }
}
