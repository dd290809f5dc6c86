import Basics
package import OnCallModel

/// Reads the history of a branch from the output of `git log`.
package enum GitLog {
    /// The first parents alone, so that a merged pull request is one change; renames are followed.
    package static func arguments(maxCount: Int) -> [String] {
        [
            "log", "--first-parent", "--diff-merges=first-parent", "-M", "-z", "--numstat", "--max-count=\(maxCount)",
            "--format=%x01%H%x02%ct%x02%an%x02%s",
        ]
    }

    /// The changes, oldest first. What is not in the form of ``arguments(maxCount:)`` is skipped.
    package static func changes(in output: some Sequence<UInt8>) -> [CodeChange] {
        var changes: [CodeChange] = []
        var fields = Array(output).split(separator: 0, omittingEmptySubsequences: false)[...]
        while let field = fields.popFirst() {
            let text = String(decoding: field, as: UTF8.self)
            if text.hasPrefix("\u{1}") {
                if let change = header(text.dropFirst()) { changes.append(change) }
            } else if !changes.isEmpty, let numbers = numbers(text) {
                let last = changes.count - 1
                if !numbers.path.isEmpty {
                    changes[last].files.append(.init(numbers.path, added: numbers.added, removed: numbers.removed))
                } else if let old = fields.popFirst(), let new = fields.popFirst() {
                    changes[last].files.append(
                        .init(
                            String(decoding: new, as: UTF8.self), previousPath: String(decoding: old, as: UTF8.self),
                            added: numbers.added, removed: numbers.removed))
                }
            }
        }
        // Those of one second stay in the order of the branch.
        return changes.reversed().enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private static func header(_ text: Substring) -> CodeChange? {
        let parts = text.split(separator: "\u{2}", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let seconds = Double(parts[1]) else { return nil }
        return CodeChange(
            sha: parts[0], at: Instant(seconds: seconds), title: parts[3], author: parts[2],
            pull: ChangeTitle.pull(in: parts[3]), isFix: ChangeTitle.isFix(parts[3]))
    }

    /// `12\t3\tpath`; the path is empty for a rename, and a binary file has `-` for its numbers.
    private static func numbers(_ text: String) -> (added: Int, removed: Int, path: String)? {
        let parts = text.drop { $0 == "\n" }.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, [parts[0], parts[1]].allSatisfy({ $0 == "-" || Int($0) != nil }) else { return nil }
        return (Int(parts[0]) ?? 0, Int(parts[1]) ?? 0, String(parts[2]))
    }
}

/// What the first line of a message says.
package enum ChangeTitle {
    private static let fixes: Set<String> = [
        "fix", "fixes", "fixed", "fixing", "bug", "bugs", "bugfix", "hotfix", "defect", "regression", "revert",
        "reverts", "reverted",
    ]

    /// It repairs something that an earlier change broke. A spelling mistake does not count.
    package static func isFix(_ title: String) -> Bool {
        let words = Set(title.lowercased().split { !$0.isLetter }.map(String.init))
        return !words.isDisjoint(with: fixes) && words.isDisjoint(with: ["typo", "typos", "readme", "changelog"])
    }

    /// `Merge pull request #12 from …`, and `… (#12)` of a squash.
    package static func pull(in title: String) -> Int? {
        if title.hasPrefix("Merge pull request #") { return Int(title.dropFirst(20).prefix { $0.isNumber }) }
        guard title.hasSuffix(")"), let mark = title.lastIndex(of: "#"), mark > title.startIndex,
            title[title.index(before: mark)] == "("
        else { return nil }
        return Int(title[title.index(after: mark)...].dropLast())
    }
}
