package import OnCallModel

/// The changes of a branch without the commits of the branches that were merged into it.
package enum Mainline {
    /// The full hashes in a text, each once: GitHub writes parents as a list of objects.
    package static func hashes(in text: String) -> [String] {
        let words = text.split { !$0.isHexDigit }.map(String.init).filter { $0.utf8.count == 40 }
        return words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Follows the first parents from the latest commit. If no commit names its parents, all of them are changes.
    ///
    /// - Parameter commits: latest first.
    /// - Returns: oldest first.
    package static func changes(_ commits: [(change: CodeChange, parents: [String])]) -> [CodeChange] {
        let all = commits.map(\.change).sorted { ($0.at, $0.sha) < ($1.at, $1.sha) }
        guard commits.contains(where: { !$0.parents.isEmpty }) else { return all }
        let byHash = Dictionary(commits.map { ($0.change.sha, $0) }) { first, _ in first }
        let parents = Set(commits.flatMap(\.parents))
        // The head of the branch is the parent of none.
        guard var next = commits.first(where: { !parents.contains($0.change.sha) }) else { return all }
        var line: [CodeChange] = []
        var seen: Set<String> = []
        while seen.insert(next.change.sha).inserted {
            line.append(next.change)
            guard let parent = next.parents.first.flatMap({ byHash[$0] }) else { break }
            next = parent
        }
        return line.reversed()
    }
}
