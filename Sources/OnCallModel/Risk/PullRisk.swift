package import Basics

/// The risk of one pull request, as scored at one commit.
package struct PullRisk: Hashable, Sendable {
    /// One changed file with what its earlier changes were followed by.
    package struct File: Hashable, Sendable {
        package var path: String
        package var added: Int
        package var removed: Int
        package var changes: Int
        package var fixes: Int
        package var errors: Int
        /// US dollars.
        package var cost: Double

        package init(
            path: String, added: Int, removed: Int, changes: Int, fixes: Int, errors: Int, cost: Double
        ) {
            (self.path, self.added, self.removed, self.changes) = (path, added, removed, changes)
            (self.fixes, self.errors, self.cost) = (fixes, errors, cost)
        }
    }

    package var target: PullTarget
    package var title = ""
    package var isOpen = true
    /// `min(100, errors × 4 + min(cost × 10, 50))`. The setting `pr_risk_threshold` is compared with it.
    package var score = 0
    /// The sums of the score: each earlier change of the files counts once.
    package var errors = 0
    /// US dollars.
    package var cost = 0.0
    /// Orders pull requests by size, past fixes and what they change of model calls.
    package var calibrated = 0.0
    /// Where that lies among the repository's recent changes, in percent; nil with too few of them.
    package var percentile: Double?
    /// How many of its changes with such a score a fix followed within 30 days, from 0 to 1.
    package var chance: Double?
    /// The same for all changes: of this repository, else of the published study in docs/RISK.md.
    package var baseRate: Double?
    package var isOwnBaseRate = true
    /// Changes that it is compared with.
    package var peers = 0
    package var added = 0
    package var removed = 0
    package var priorChanges = 0
    package var decayedFixes = 0.0
    package var files: [File] = []
    /// How many files it changes, as GitHub counts them.
    package var changedFiles = 0
    /// Sentences, the weightiest first.
    package var reasons: [String] = []
    package var recommendation = ""
    /// One paragraph with the figures.
    package var paragraph = ""
    /// What the history lacks, as sentences: a source that is not configured, changes whose consequences are unknown.
    package var notes: [String] = []
    /// What could not be read, as sentences. With one, the score is partial.
    package var gaps: [String] = []
    package var scoredAt = Instant(milliseconds: 0)

    package init(_ target: PullTarget) { self.target = target }

    /// Everything that a text about it may state.
    package var facts: JSONValue {
        .fields([
            "pr": JSONValue(target.number), "repository": .string(target.repository), "head": .string(target.head),
            "title": .string(title), "author": .string(target.author), "score": JSONValue(score),
            "errors": JSONValue(errors), "cost": .number(cost), "calibrated": .number(calibrated),
            "percentile": JSONValue(percentile), "chance": JSONValue(chance),
            "base_rate": JSONValue(baseRate),
            "base_rate_of": .string(isOwnBaseRate ? "repository" : "published study"), "peers": JSONValue(peers),
            "lines_added": JSONValue(added),
            "lines_removed": JSONValue(removed), "prior_changes": JSONValue(priorChanges),
            "decayed_fixes": .number(decayedFixes), "changed_files": JSONValue(changedFiles),
            "reasons": .array(reasons.map(JSONValue.string)), "notes": .array(notes.map(JSONValue.string)),
            "gaps": .array(gaps.map(JSONValue.string)),
        ])
    }

    package var json: JSONValue {
        facts.adding([
            "files": .array(
                files.map { file in
                    [
                        "path": .string(file.path), "lines_added": JSONValue(file.added),
                        "lines_removed": JSONValue(file.removed), "prior_changes": JSONValue(file.changes),
                        "prior_fixes": JSONValue(file.fixes), "errors": JSONValue(file.errors),
                        "cost": .number(file.cost),
                    ]
                }),
            "recommendation": .string(recommendation), "paragraph": .string(paragraph), "open": .bool(isOpen),
            "partial": .bool(!gaps.isEmpty), "scored_at": JSONValue(scoredAt),
        ])
    }

    /// Nil if the document is not one that ``json`` wrote.
    package init?(json: JSONValue) {
        guard let number = json["pr"]?.int, let repository = json["repository"]?.string,
            let head = json["head"]?.string, let score = json["score"]?.int,
            let scoredAt = json["scored_at"]?.string.flatMap(Instant.init(iso8601:))
        else { return nil }
        func text(_ name: String) -> String { json[name]?.string ?? "" }
        func count(_ name: String) -> Int { json[name]?.int ?? 0 }
        func amount(_ name: String) -> Double { json[name]?.double ?? 0 }
        func texts(_ name: String) -> [String] { (json[name]?.array ?? []).compactMap(\.string) }
        target = PullTarget(repository: repository, number: number, head: head, author: text("author"))
        (title, isOpen, self.score, self.scoredAt) = (text("title"), json["open"]?.bool ?? true, score, scoredAt)
        (errors, cost, calibrated) = (count("errors"), amount("cost"), amount("calibrated"))
        (percentile, chance) = (json["percentile"]?.double, json["chance"]?.double)
        isOwnBaseRate = text("base_rate_of") == "repository"
        (baseRate, peers) = (json["base_rate"]?.double, count("peers"))
        (added, removed, priorChanges) = (count("lines_added"), count("lines_removed"), count("prior_changes"))
        (decayedFixes, changedFiles) = (amount("decayed_fixes"), count("changed_files"))
        (reasons, notes, gaps) = (texts("reasons"), texts("notes"), texts("gaps"))
        (recommendation, paragraph) = (text("recommendation"), text("paragraph"))
        files = (json["files"]?.array ?? []).map { file in
            File(
                path: file["path"]?.string ?? "", added: file["lines_added"]?.int ?? 0,
                removed: file["lines_removed"]?.int ?? 0, changes: file["prior_changes"]?.int ?? 0,
                fixes: file["prior_fixes"]?.int ?? 0, errors: file["errors"]?.int ?? 0,
                cost: file["cost"]?.double ?? 0)
        }
    }
}
