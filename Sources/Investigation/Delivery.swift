import Basics
import OnCallModel

/// How commits reached production: which deployment and which release contains which commit.
///
/// A deployment contains its own commit and, by the parents of commits, all commits since the previous deployment. If the
/// parents are not known, it contains only its own commit.
struct Delivery: Hashable {
    struct Step: Hashable {
        /// The commit.
        let sha: String
        let at: Instant
        /// "deployed as 2.31.0 to production".
        let phrase: String
    }

    private let commits: [String: CommitFact]
    private let order: [String]
    let deploys: [DeployFact]
    let releases: [ReleaseFact]

    init(_ file: CaseFile) {
        commits = Dictionary(file.commits.map { ($0.sha, $0) }, uniquingKeysWith: { first, _ in first })
        order = file.commits.map(\.sha)
        deploys = file.surroundings.deploys.filter { !Self.isTestEnvironment($0.environment) }.sorted {
            ($0.at, $0.id) < ($1.at, $1.id)
        }
        releases = Self.withCommits(file.surroundings.releases, deploys).sorted { ($0.at, $0.name) < ($1.at, $1.name) }
    }

    /// When a commit first reached production; nil if no deployment or release contains it.
    func arrival(of commit: CommitFact) -> Step? {
        let deployed = deploys.enumerated().first { contains(commit.sha, $1.sha, after: previous($0)?.sha) }
        if let (_, deploy) = deployed {
            let place = deploy.environment.isEmpty ? "" : " to \(deploy.environment.prefix(40))"
            return Step(sha: commit.sha, at: deploy.at, phrase: "deployed as \(deploy.ref.prefix(60))\(place)")
        }
        return releases.first { Self.isSame($0.sha, commit.sha) }.map {
            Step(sha: commit.sha, at: $0.at, phrase: "released as \($0.name.prefix(60))")
        }
    }

    /// The commits that a deployment contains, as far as they are known.
    func commits(of deploy: DeployFact) -> [String] {
        guard let index = deploys.firstIndex(of: deploy) else { return [] }
        return order.filter { contains($0, deploy.sha, after: previous(index)?.sha) }
    }

    /// The commits that a release contains: its own, and those of the deployment that has its name.
    func commits(of release: ReleaseFact) -> [String] {
        let own = order.filter { Self.isSame($0, release.sha) }
        let deployed = deploys.first { isOf(release, $0) }.map(commits(of:)) ?? []
        return order.filter { own.contains($0) || deployed.contains($0) }
    }

    func isOf(_ release: ReleaseFact, _ deploy: DeployFact) -> Bool {
        ReleaseFact.version(of: deploy.ref) == release.version
            || (!release.sha.isEmpty && Self.isSame(release.sha, deploy.sha))
    }

    /// The previous deployment to the same environment.
    private func previous(_ index: Int) -> DeployFact? {
        deploys[..<index].last { $0.environment == deploys[index].environment }
    }

    private func contains(_ sha: String, _ head: String, after previous: String?) -> Bool {
        if Self.isSame(sha, head) { return true }
        guard let previous, !Self.isSame(sha, previous), let head = known(head), let before = known(previous) else {
            return false
        }
        return ancestors(of: head).contains(sha) && !ancestors(of: before).contains(sha)
    }

    private func known(_ sha: String) -> String? { commits[sha] != nil ? sha : order.first { Self.isSame($0, sha) } }

    private func ancestors(of sha: String) -> Set<String> {
        var (found, open): (Set<String>, [String]) = ([], [sha])
        while let next = open.popLast() {
            for parent in commits[next]?.parents ?? [] where commits[parent] != nil && found.insert(parent).inserted {
                open.append(parent)
            }
        }
        return found
    }

    /// Hashes may be shortened to seven or more digits.
    static func isSame(_ left: String, _ right: String) -> Bool {
        guard min(left.count, right.count) >= 7 else { return false }
        let (left, right) = (left.lowercased(), right.lowercased())
        return left.hasPrefix(right) || right.hasPrefix(left)
    }

    /// A release without a commit gets the commit that was deployed with its name, or that another source lists for it.
    private static func withCommits(_ releases: [ReleaseFact], _ deploys: [DeployFact]) -> [ReleaseFact] {
        releases.map { release in
            guard release.sha.isEmpty else { return release }
            var release = release
            release.sha =
                deploys.first { ReleaseFact.version(of: $0.ref) == release.version }?.sha
                ?? releases.first { !$0.sha.isEmpty && $0.version == release.version }?.sha ?? ""
            return release
        }
    }

    /// An environment without users.
    private static func isTestEnvironment(_ environment: String) -> Bool {
        let words = Set(Words.of(environment))
        return !words.isDisjoint(with: [
            "staging", "stage", "dev", "development", "test", "testing", "qa", "preview", "review", "sandbox", "ci",
        ])
    }
}
