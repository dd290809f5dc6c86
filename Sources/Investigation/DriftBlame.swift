import Basics
import OnCallModel

/// What the evidence of a drift says about its cause.
struct DriftFacts {
    /// The names of members that are missing or changed, and of those that came in their place.
    let keys: Set<String>
    let newKeys: Set<String>
    /// What the failing outputs were made with: the prompt's name, and the feature's.
    let names: [String]
    /// "support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40": nearly all fail with this version of the prompt, hardly
    /// any without; nil where the prompt's version makes no such difference.
    let promptContrast: String?
    let isModelContrast: Bool

    init?(_ finding: Finding) {
        guard finding.type == .promptDrift else { return nil }
        let evidence = finding.evidence
        keys = Set((evidence["violations"]?.array ?? []).compactMap { $0["path"]?.string }.flatMap(Self.members))
        newKeys = Set((evidence["new_keys"]?.array ?? []).compactMap(\.string).flatMap(Self.members))
        names = [finding.subject] + [evidence["prompt_name"]?.string].compactMap(\.self)
        let contrasts = evidence["contrasts"]?.array ?? []
        isModelContrast = contrasts.contains { $0["by"]?.string == "model" }
        guard evidence["is_prompt_contrast"]?.bool == true,
            let prompt = contrasts.first(where: { $0["by"]?.string == "prompt_version" }),
            let value = prompt["value"]?.string, let failing = prompt["failing"]?.int, let of = prompt["of"]?.int,
            let others = prompt["others_failing"]?.int, let othersOf = prompt["others_of"]?.int
        else {
            promptContrast = nil
            return
        }
        promptContrast =
            "\(value): \(failing) of \(of) fail, \(prompt["before"]?.string ?? "the others"): "
            + "\(others) of \(othersOf)"
    }

    /// `$.customer.seats` names `seats`; a list's elements have no name.
    private static func members(_ path: String) -> [String] {
        guard let last = path.split(separator: ".").last, last != "$" else { return [] }
        let name = last.replacing("[]", with: "")
        return name.count >= 3 ? [String(name)] : []
    }
}

extension CauseWeights {
    /// Prompts and models shape outputs; a limit of tokens cuts them off.
    static func drift(_ facts: DriftFacts) -> [Cause: Double] {
        [
            .prompt: 2.5, .model: facts.isModelContrast ? 2.5 : 1.5, .tokens: 1.0, .caching: 0.6, .retrying: 0.4,
            .stopping: 0.4,
        ]
    }
}

extension BlameCase {
    /// The keys that are gone or changed, in the lines that a commit takes out or puts in; files that say what an output is.
    mutating func addDrift(_ finding: Finding) {
        guard let facts = DriftFacts(finding) else { return }
        let files = commit.files.filter { !CommitClass.isInnocent(path: $0.path) }
        let lines = files.flatMap { $0.patch.split(separator: "\n").prefix(4000) }
        let removed = Self.names(in: lines.filter { $0.first == "-" && !$0.hasPrefix("---") })
        let added = Self.names(in: lines.filter { $0.first == "+" && !$0.hasPrefix("+++") })
        let gone = facts.keys.intersection(removed.subtracting(added))
        let come = facts.newKeys.intersection(added.subtracting(removed))
        let touched = facts.keys.union(facts.newKeys).intersection(removed.union(added))
        if !gone.isEmpty || !come.isEmpty {
            let phrases = [("takes out", gone), ("brings in", come)].filter { !$0.1.isEmpty }
            add(2.5, "its diff " + phrases.map { "\($0.0) \(Self.list($0.1))" }.joined(separator: " and "))
            diffSpeaks = true
        } else if !touched.isEmpty {
            add(1.5, "its diff changes lines with \(Self.list(touched))")
        }
        let shaping = files.first { file in
            ["schema", "template", "output_format", "parser"].contains { file.path.lowercased().contains($0) }
        }
        if let shaping { add(1, "changes \(shaping.path.prefix(80)), which shapes outputs") }
    }

    private static func names(in lines: [Substring]) -> Set<String> {
        Set(
            lines.flatMap { line in
                line.prefix(2000).split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.map(String.init)
            })
    }

    private static func list(_ names: Set<String>) -> String {
        names.sorted().prefix(3).map { String($0.prefix(40)) }.joined(separator: ", ")
    }
}
