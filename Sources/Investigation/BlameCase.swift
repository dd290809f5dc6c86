import Basics
import OnCallModel

/// The score of one commit.
struct BlameCase {
    let commit: CommitFact
    private var terms = ScoreTerms()
    /// The diff changes something that can cause this kind of failure.
    var hasConclusiveDiff = false
    /// The changed files that can be a cause.
    let files: [ChangedFile]

    var score: Double { terms.sum }

    var suspect: Suspect {
        Suspect(sha: commit.sha, title: commit.title, author: commit.author, score: terms.rounded, why: terms.why)
    }

    init(_ commit: CommitFact, in context: BlameContext) {
        self.commit = commit
        files = commit.relevantFiles
        addAlignment(context)
        if commit.files.isEmpty { addMessageAlone(context) } else { addDiff(context) }
        addNames(context)
        addLocation(context)
        addErrors(context)
        addFailureWords(context)
        addDrift(context.finding)
        addContrasts(context)
        addFixes(context)
    }

    mutating func add(_ points: Double, _ phrase: String) { terms.add(points, phrase) }

    private mutating func addDiff(_ context: BlameContext) {
        if files.isEmpty {
            add(-3, "changes only documents, tests or styles")
            return
        }
        var best: [Cause: (points: Double, phrase: String)] = [:]
        for change in files.flatMap({ DiffReading(of: $0).changes }) {
            let points = context.weights.points(of: change)
            if points > best[change.cause]?.points ?? 0 { best[change.cause] = (points, change.phrase) }
        }
        hasConclusiveDiff = best.values.contains { $0.points >= 1 }
        let ordered = best.values.sorted { ($0.points, $1.phrase) > ($1.points, $0.phrase) }
        for term in ordered.prefix(2) { add(term.points, term.phrase) }
        if commit.files.allSatisfy(\.patch.isEmpty) {
            addMessageAlone(context)
        } else if best.isEmpty {
            add(-0.5, "its diff changes nothing known to cause this kind of failure")
        }
    }

    /// Without a diff only the message is known, and it may be wrong.
    private mutating func addMessageAlone(_ context: BlameContext) {
        if CommitClass.isIrrelevant(message: commit.message) {
            add(-2, "its message mentions documents, tests or style")
            return
        }
        let weights = context.weights
        let words = Set(Words.of(commit.title))
        let causes = Cause.allCases.filter { !$0.words.isDisjoint(with: words) && weights[$0] > 0 }
        if let limit = LimitChange.inMessage(commit.title) {
            add(weights[limit.cause] * 0.8, "its message says that \(limit.key) changes \(limit.figures)")
        } else if let cause = causes.max(by: { weights[$0] < weights[$1] }) {
            add(weights[cause] * 0.4, "its message mentions \(cause.name)")
        }
    }

    /// The commit names the failing feature, agent or step.
    private mutating func addNames(_ context: BlameContext) {
        let wanted = context.keys.words
        guard !wanted.isEmpty else { return }
        let names = (context.keys.features + [context.keys.step].compactMap { $0 }).joined(separator: ", ")
        if let file = files.first(where: { wanted.meets($0.path) }) {
            add(1.2, "changes \(file.path.prefix(80)), which has the name of the failing feature")
        } else if files.contains(where: { wanted.meets($0.patch) }) {
            add(0.8, "its diff names \(names.prefix(80))")
        }
        addOthers(context)
        if wanted.meets(commit.title) { add(0.6, "its message names \(names.prefix(80))") }
    }

    /// Every changed file is named after another feature, and none after the failing one.
    private mutating func addOthers(_ context: BlameContext) {
        let owners = files.map { file in
            context.keys.words.meets(file.path) ? nil : context.others.first { Mention.holds(file.path, $0) }
        }
        guard let first = owners.first, let owner = first, owners.allSatisfy({ $0 != nil }) else { return }
        add(-3, "changes only files named after \(owner.prefix(60)), not after the failing one")
    }
}

extension Set<String> {
    func meets(_ text: String) -> Bool { !isDisjoint(with: Words.of(text)) }
}
