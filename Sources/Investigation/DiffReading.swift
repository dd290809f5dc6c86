import Basics
import OnCallModel

/// The changes in the diff of one file that can cause a failure.
struct DiffReading {
    struct Change: Hashable {
        var cause: Cause
        /// 1 for a change with a clear effect, less for a mention.
        var weight: Double
        var phrase: String
        /// It lowers a limit.
        var isLowered = false
    }

    private(set) var changes: [Change] = []

    init(of file: ChangedFile) {
        let (removed, added) = file.lines
        let path = String(file.path.prefix(80))
        addLimits(removed: removed, added: added, path: path)
        addModels(removed: removed, added: added, path: path)
        addCode(removed: removed, added: added, path: path)
        addShapes(removed: removed, added: added, path: path)
        addMentions(removed + added, path: path)
        if path.lowercased().contains("prompt") {
            changes.append(Change(cause: .prompt, weight: 1, phrase: "changes the prompt \(path)"))
        }
    }

    private mutating func addLimits(removed: [Substring], added: [Substring], path: String) {
        let before = Self.limits(in: removed)
        let after = Self.limits(in: added)
        for (key, value) in after {
            if let old = before[key], old.number != value.number {
                let change = LimitChange(key: value.key, cause: value.cause, before: old.number, after: value.number)
                changes.append(
                    Change(
                        cause: change.cause, weight: change.isWorse ? 1 : 0.3,
                        phrase: "\(change.verb) \(change.key) \(change.figures) in \(path)",
                        isLowered: change.after < change.before))
            } else if before[key] == nil {
                changes.append(
                    Change(cause: value.cause, weight: 0.6, phrase: "sets \(value.key) to \(value.text) in \(path)"))
            }
        }
        for (key, value) in before where after[key] == nil {
            changes.append(
                Change(cause: value.cause, weight: 0.9, phrase: "removes \(value.key) (\(value.text)) in \(path)"))
        }
    }

    private static func limits(in lines: [Substring]) -> [String: LimitChange.Setting] {
        var limits: [String: LimitChange.Setting] = [:]
        for line in lines {
            for setting in LimitChange.settings(in: line) { limits[setting.key.lowercased()] = setting }
        }
        return limits
    }

    private mutating func addModels(removed: [Substring], added: [Substring], path: String) {
        let before = Set(removed.flatMap(Self.models))
        let after = added.flatMap(Self.models)
        guard let new = after.first(where: { !before.contains($0) }) else { return }
        let old = before.subtracting(after).sorted().first
        changes.append(
            Change(
                cause: .model, weight: old == nil ? 0.6 : 1,
                phrase: old.map { "changes the model from \($0) to \(new) in \(path)" }
                    ?? "names the model \(new) in \(path)"))
    }

    private static let families = [
        "gpt-", "o1-", "o3-", "o4-", "claude-", "gemini-", "llama-", "mistral-", "deepseek-", "qwen", "command-r",
    ]

    private static func models(in line: Substring) -> [String] {
        line.split { !($0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0))) }
            .map { $0.lowercased() }
            .filter { word in word.count <= 60 && families.contains { word.hasPrefix($0) } }
    }

    /// Code that repeats endlessly, and removed code that ended a repetition.
    private mutating func addCode(removed: [Substring], added: [Substring], path: String) {
        func bare(_ line: Substring) -> String { line.lowercased().filter { $0 != " " && $0 != "\t" } }
        let (before, after) = (removed.map(bare), added.map(bare))
        let endless = ["whiletrue", "while(true)", "while1:", "for(;;)"]
        if after.contains(where: { line in endless.contains { line.hasPrefix($0) } }) {
            changes.append(Change(cause: .stopping, weight: 1, phrase: "adds an endless loop in \(path)"))
        }
        let exits = before.count { $0 == "break" || $0 == "break;" }
        if exits > after.count(where: { $0 == "break" || $0 == "break;" }) {
            changes.append(Change(cause: .stopping, weight: 0.9, phrase: "removes a break in \(path)"))
        }
        let isCache = { (line: String) in line.contains("cache") }
        if before.contains(where: isCache), !after.contains(where: isCache) {
            changes.append(Change(cause: .caching, weight: 1, phrase: "removes caching in \(path)"))
        }
    }

    /// Removed and renamed keys of documents, and changed addresses.
    private mutating func addShapes(removed: [Substring], added: [Substring], path: String) {
        let (before, after) = (Self.keys(in: removed), Self.keys(in: added))
        if let key = before.subtracting(after).min() {
            let new = after.subtracting(before).min()
            changes.append(
                Change(
                    cause: .output, weight: 1,
                    phrase: new.map { "replaces the key \(key) with \($0) in \(path)" }
                        ?? "removes the key \(key) in \(path)"))
        } else if let key = after.subtracting(before).min() {
            changes.append(Change(cause: .output, weight: 0.5, phrase: "adds the key \(key) in \(path)"))
        }
        let (old, new) = (Self.addresses(in: removed), Self.addresses(in: added))
        if !old.isEmpty, !new.isSubset(of: old) {
            changes.append(Change(cause: .tool, weight: 1, phrase: "changes an address in \(path)"))
        }
    }

    /// `"confidence":` and `'confidence':`.
    private static func keys(in lines: [Substring]) -> Set<String> {
        var keys = Set<String>()
        for line in lines {
            for part in line.split(separator: ":", omittingEmptySubsequences: false).dropLast() {
                guard let quote = part.last, quote == "\"" || quote == "'" else { continue }
                let word = part.dropLast().reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
                if (2...60).contains(word.count) { keys.insert(String(String(word).reversed())) }
            }
        }
        return keys
    }

    private static func addresses(in lines: [Substring]) -> Set<String> {
        Set(
            lines.flatMap { line in
                line.split { " \"'`(),".contains($0) }.filter { $0.contains("://") }.map { String($0.prefix(200)) }
            })
    }

    private mutating func addMentions(_ lines: [Substring], path: String) {
        let words = Set(lines.flatMap { Words.of($0) })
        for cause in Cause.allCases where !cause.words.isDisjoint(with: words) {
            changes.append(Change(cause: cause, weight: 0.2, phrase: "touches \(cause.name) in \(path)"))
        }
    }
}
