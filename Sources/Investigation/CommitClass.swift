/// Changes that cannot cost money or make an agent run in circles.
enum CommitClass {
    static func isInnocent(path: String) -> Bool {
        let path = path.lowercased()
        if path.contains("prompt") { return false }
        let folders = path.split(separator: "/")
        let name = folders.last.map(String.init) ?? path
        if folders.dropLast().contains(where: { innocentFolders.contains(String($0)) }) { return true }
        if innocentNames.contains(where: { name.hasPrefix($0) }) { return true }
        return innocentEndings.contains { name.hasSuffix($0) } && !name.hasPrefix("requirements")
    }

    /// By the first line: `docs: …`, `fix: typo in README`.
    static func isInnocent(message: String) -> Bool {
        let title = message.prefix { $0 != "\n" && $0 != "\r\n" }.lowercased()
        let kind = title.prefix { $0.isLetter }
        if innocentKinds.contains(String(kind)), title.dropFirst(kind.count).first.map({ ":(! ".contains($0) }) ?? true
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

    private static let innocentKinds: Set<String> = ["docs", "doc", "style", "test", "tests", "ci"]
    private static let innocentFolders: Set<String> = [
        "docs", "doc", "test", "tests", "spec", "specs", "__tests__", ".github", "assets", "images", "fixtures",
    ]
    private static let innocentNames = ["readme", "license", "changelog", "contributing", "test_", ".gitignore"]
    private static let innocentEndings = [
        ".md", ".rst", ".txt", ".css", ".scss", ".svg", ".png", ".jpg", ".gif", ".ico", "_test.go", "_test.py",
        ".test.ts", ".test.js", ".spec.ts", ".spec.js", "tests.swift", ".lock", "-lock.json",
    ]
}
