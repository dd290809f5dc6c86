import Basics
import OnCallModel

extension SchemaDriftFacts {
    /// The names of missing or changed members, and of the members that replaced them.
    var changedNames: Set<String> { Set(violations.compactMap { Self.member($0.path) }) }
    var newNames: Set<String> { Set(newKeys.compactMap(Self.member)) }

    /// "support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40": nearly all outputs of this prompt version fail, hardly any
    /// others. Nil if the version makes no such difference.
    var promptContrast: String? {
        guard isPromptContrast, let prompt = contrasts.first(where: { $0.label == .prompt }) else { return nil }
        return "\(prompt.value): \(prompt.failing) of \(prompt.of) fail, \(prompt.before ?? "the others"): "
            + "\(prompt.othersFailing) of \(prompt.othersOf)"
    }

    /// `$.customer.seats` names `seats`; the elements of a list have no name.
    private static func member(_ path: String) -> String? {
        guard let last = path.split(separator: ".").last, last != "$" else { return nil }
        let name = last.replacing("[]", with: "")
        return name.count >= 3 ? String(name) : nil
    }
}

extension CauseWeights {
    /// Prompts and models shape outputs; a token limit cuts them off.
    static func drift(_ facts: DriftFacts) -> [Cause: Double] {
        let isModelContrast = facts.schema?.contrasts.contains { $0.label == .model } ?? false
        return [
            .prompt: 2.5, .model: isModelContrast ? 2.5 : 1.5, .tokens: 1.0, .caching: 0.6, .retrying: 0.4,
            .stopping: 0.4,
        ]
    }
}

extension BlameCase {
    /// Missing or changed keys in the lines that a commit removes or adds, and files that define what an output looks like.
    mutating func addDrift(_ finding: Finding) {
        guard let drift = finding.facts.drift else { return }
        let (changed, new) = (drift.schema?.changedNames ?? [], drift.schema?.newNames ?? [])
        let removed = Self.names(in: files.flatMap(\.lines.removed))
        let added = Self.names(in: files.flatMap(\.lines.added))
        let gone = changed.intersection(removed.subtracting(added))
        let come = new.intersection(added.subtracting(removed))
        let touched = changed.union(new).intersection(removed.union(added))
        if !gone.isEmpty || !come.isEmpty {
            let phrases = [("removes", gone), ("adds", come)].filter { !$0.1.isEmpty }
            add(2.5, "its diff " + phrases.map { "\($0.0) \(Self.list($0.1))" }.joined(separator: " and "))
            hasConclusiveDiff = true
        } else if !touched.isEmpty {
            add(1.5, "its diff changes lines that contain \(Self.list(touched))")
        }
        let shaping = files.first { file in
            ["schema", "template", "output_format", "parser"].contains { file.path.lowercased().contains($0) }
        }
        if let shaping { add(1, "changes \(shaping.path.prefix(80)), which shapes outputs") }
    }

    private static func names(in lines: [Substring]) -> Set<String> {
        Set(
            lines.flatMap { line in
                line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.map(String.init)
            })
    }

    private static func list(_ names: Set<String>) -> String {
        names.sorted().prefix(3).map { String($0.prefix(40)) }.joined(separator: ", ")
    }
}
