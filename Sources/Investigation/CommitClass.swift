import OnCallModel

/// Changes that can be no cause: documents, tests, styles.
enum CommitClass {
    static func isIrrelevant(path: String) -> Bool {
        let path = path.lowercased()
        if path.contains("prompt") { return false }
        let folders = path.split(separator: "/")
        let name = folders.last.map(String.init) ?? path
        if folders.dropLast().contains(where: { irrelevantFolders.contains(String($0)) }) { return true }
        if irrelevantNames.contains(where: { name.hasPrefix($0) }) { return true }
        return irrelevantEndings.contains { name.hasSuffix($0) } && !name.hasPrefix("requirements")
    }

    /// By the first line: `docs: …`, `fix: typo in README`.
    static func isIrrelevant(message: String) -> Bool {
        let title = message.prefix { $0 != "\n" && $0 != "\r\n" }.lowercased()
        let kind = title.prefix { $0.isLetter }
        if irrelevantKinds.contains(String(kind)),
            title.dropFirst(kind.count).first.map({ ":(! ".contains($0) }) ?? true
        {
            return true
        }
        let words = Set(Words.of(title))
        return !words.isDisjoint(with: [
            "typo", "typos", "readme", "changelog", "docs", "documentation", "lint", "formatting",
        ])
    }

    /// A fix: `fix: …`, `hotfix …`, `Revert "…"`.
    static func isFix(message: String) -> Bool {
        let first = Words.of(message.prefix { !$0.isNewline }).first ?? ""
        return ["fix", "fixes", "fixed", "hotfix", "bugfix", "revert", "reverts"].contains(first)
    }

    private static let irrelevantKinds: Set<String> = ["docs", "doc", "style", "test", "tests", "ci"]
    private static let irrelevantFolders: Set<String> = [
        "docs", "doc", "test", "tests", "spec", "specs", "__tests__", ".github", "assets", "images", "fixtures",
    ]
    private static let irrelevantNames = ["readme", "license", "changelog", "contributing", "test_", ".gitignore"]
    private static let irrelevantEndings = [
        ".md", ".rst", ".txt", ".css", ".scss", ".svg", ".png", ".jpg", ".gif", ".ico", "_test.go", "_test.py",
        ".test.ts", ".test.js", ".spec.ts", ".spec.js", "tests.swift", ".lock", "-lock.json",
    ]
}

extension CommitFact {
    /// The changed files that can be a cause.
    var relevantFiles: [ChangedFile] { files.filter { !CommitClass.isIrrelevant(path: $0.path) } }
}

extension ChangedFile {
    /// The removed and added lines of the diff, without their mark.
    var lines: (removed: [Substring], added: [Substring]) {
        let lines = patch.split(separator: "\n").prefix(4000)
        func changed(_ mark: String) -> [Substring] {
            lines.filter { $0.hasPrefix(mark) && !$0.hasPrefix(mark + mark + mark) }.map { $0.dropFirst().prefix(2000) }
        }
        return (changed("-"), changed("+"))
    }
}
