import Basics
import OnCallModel

/// Changes: commits, how they reached production, and prompts.
extension EvidenceGraph {
    mutating func addFindings(incident: Int64) {
        let id = "incident:\(incident)"
        add(
            .incident, id, "incident \(incident)", at: members.map(\.finding.firstSeen).min() ?? onset,
            end: members.map(\.finding.lastSeen).max(), isFailure: true)
        for member in members {
            let finding = member.finding
            add(
                .finding, member.id, "\(finding.type.rawValue) \(finding.subject)", at: finding.firstSeen,
                end: finding.lastSeen, isFailure: true)
            join(member.id, id, .reported, finding.headline)
        }
        let ordered = members.sorted { ($0.finding.firstSeen, $0.id) < ($1.finding.firstSeen, $1.id) }
        for (index, later) in ordered.enumerated() {
            for earlier in ordered[..<index] {
                if let key = earlier.sharedKey(with: later) {
                    join(earlier.id, later.id, .sharedKey, "both name \(key)")
                } else if let why = [earlier.finding.why, later.finding.why].first(where: { !$0.isEmpty }),
                    earlier.id == findingID || later.id == findingID
                {
                    join(earlier.id, later.id, .preceded, why)
                }
            }
        }
    }

    // MARK: commits

    mutating func addCommits() {
        let suspects = Set(verdict.suspects.map(\.sha))
        for (index, suspect) in verdict.suspects.enumerated() {
            guard let commit = file.commits.first(where: { $0.sha == suspect.sha }), add(commit) else { continue }
            join(Self.id(of: commit), findingID, index == 0 ? .caused : .suspected, reason(suspect))
        }
        addReverts(of: suspects)
        let near = verdict.ranking.filter { !suspects.contains($0.sha) }.compactMap { other in
            file.commits.first { $0.sha == other.sha }.map { ($0, other) }
        }.filter { $0.0.date >= onset - .days(1) }.sorted { ($0.0.date, $0.0.sha) > ($1.0.date, $1.0.sha) }
        for (commit, other) in near.prefix(4) {
            add(commit)
            let against = other.why.first { $0.hasPrefix("-") }.map(Self.withoutPoints) ?? "only the time is in common"
            join(Self.id(of: commit), findingID, .preceded, "landed \(relative(commit.date)); \(against)")
        }
    }

    /// Commits that were reverted after the onset: a person suspected them.
    private mutating func addReverts(of suspects: Set<String>) {
        for commit in file.commits where suspects.contains(commit.sha) {
            let later = file.commits.first { $0.date >= commit.date && BlameCase.reverts($0, commit) }
            guard let later, add(later) else { continue }
            join(Self.id(of: commit), Self.id(of: later), .sharedKey, "\(later.shortSHA) reverts it")
        }
    }

    @discardableResult
    private mutating func add(_ commit: CommitFact) -> Bool {
        add(.commit, Self.id(of: commit), "\(commit.shortSHA) \(commit.title)", at: commit.date, url: commit.url)
    }

    static func id(of commit: CommitFact) -> String { "commit:\(commit.sha)" }

    /// "raises max_tokens from 500 to 4096 in src/bot.py; score 5.2, no code cause 1.0".
    private func reason(_ suspect: Suspect) -> String {
        let best = suspect.why.first.map(Self.withoutPoints) ?? "it has the highest score"
        let scores = [suspect.score, verdict.noCodeCause.score].map { Format.decimal($0, digits: 1) }
        return "\(best.prefix(220)); score \(scores[0]), no code cause \(scores[1])"
    }

    private static func withoutPoints(_ why: String) -> String { String(why.drop { $0 != " " }.dropFirst()) }

    // MARK: releases and deployments

    /// Releases that contain a commit of the graph, and those that another node names. A release that two sources list is one
    /// node.
    mutating func addReleases() {
        let versions = Dictionary(grouping: delivery.releases, by: \.version)
        let events = file.surroundings.events
        for (version, releases) in versions.sorted(by: { ($0.value[0].at, $0.key) > ($1.value[0].at, $1.key) }) {
            let commits = Set(releases.flatMap(delivery.commits(of:))).filter { has("commit:\($0)") }
            let naming = events.filter { ReleaseFact.version(of: $0.release) == version && has("error:\($0.issue)") }
            let namers = members.filter { $0.names(release: version) }
            guard !commits.isEmpty || !naming.isEmpty || !namers.isEmpty else { continue }
            let id = "release:\(version)"
            let names = releases.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            let url = releases.lazy.map(\.url).first { !$0.isEmpty } ?? ""
            guard add(.release, id, names.joined(separator: ", "), at: releases.map(\.at).min() ?? onset, url: url)
            else { continue }
            for commit in commits.sorted() {
                join(id, "commit:\(commit)", .contains, "\(names[0]) contains \(commit.prefix(7))")
            }
            for member in namers { join(id, member.id, .sharedKey, "the finding names release \(names[0])") }
            for (issue, events) in Dictionary(grouping: naming, by: \.issue).sorted(by: { $0.key < $1.key }) {
                let all = file.surroundings.events.count { $0.issue == issue }
                join(id, "error:\(issue)", .sharedKey, "\(events.count) of \(all) events read are of \(names[0])")
            }
        }
        addReleaseContrasts()
    }

    private mutating func addReleaseContrasts() {
        for contrast in Contrast.all(in: file) where contrast.kind == "release" {
            let id = "release:\(ReleaseFact.version(of: contrast.value))"
            if has(id) { join(id, findingID, .suspected, contrast.phrase) }
        }
    }

    mutating func addDeploys() {
        let latest = delivery.deploys.last { $0.at <= onset && $0.at >= onset - .days(1) }
        for deploy in delivery.deploys.reversed() {
            let commits = delivery.commits(of: deploy).filter { has("commit:\($0)") }
            let release = delivery.releases.first { delivery.isOf($0, deploy) }.map { "release:\($0.version)" }
            guard !commits.isEmpty || deploy == latest else { continue }
            let id = "deploy:\(deploy.id)"
            let place = deploy.environment.isEmpty ? "" : " to \(deploy.environment)"
            guard add(.deploy, id, "\(deploy.ref)\(place)", at: deploy.at, url: deploy.url) else { continue }
            if let release, has(release) { join(id, release, .contains, "it deploys \(deploy.ref)") }
            for commit in commits where release == nil || !has(release ?? "") {
                join(id, "commit:\(commit)", .contains, "it deploys \(commit.prefix(7))")
            }
            if deploy == latest, commits.isEmpty {
                join(id, findingID, .preceded, "\(relative(deploy.at)); only the time is in common")
            }
        }
    }

    // MARK: prompts

    mutating func addPrompts() {
        for contrast in Contrast.all(in: file) where contrast.kind == "prompt_version" {
            let id = "prompt:\(contrast.prompt)@\(contrast.value)"
            let share = file.surroundings.shares.first { $0.prompt == contrast.prompt && $0.value == contrast.value }
            add(.prompt, id, "\(contrast.prompt) v\(contrast.value)", at: share?.first ?? onset, isFailure: true)
            join(id, findingID, .suspected, contrast.phrase)
        }
        let used = file.surroundings.shares.filter { $0.kind == .promptVersion && $0.last >= onset.startOfHour }
            .sorted { ($0.calls, $1.value) > ($1.calls, $0.value) }
        for share in used.prefix(3) {
            let id = "prompt:\(share.prompt)@\(share.value)"
            add(.prompt, id, "\(share.prompt) v\(share.value)", at: share.first)
            join(findingID, id, .called, "its calls use it: \(share.calls) in all, the first \(relative(share.first))")
        }
        let names = Set(file.surroundings.shares.map(\.prompt))
        for prompt in file.surroundings.prompts where names.contains(prompt.name) && prompt.changedAt <= onset {
            let id = "prompt:\(prompt.name)@\(prompt.version.map(String.init) ?? "?")"
            let version = prompt.version.map { " v\($0)" } ?? ""
            add(.prompt, id, prompt.name + version, at: prompt.changedAt)
            join(id, findingID, .sharedKey, "its calls use \(prompt.name), changed \(relative(prompt.changedAt))")
        }
    }
}
