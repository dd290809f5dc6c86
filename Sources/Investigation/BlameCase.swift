import Basics
import OnCallModel

/// The case against one commit.
struct BlameCase {
    let commit: CommitFact
    private(set) var terms: [(points: Double, phrase: String)] = []
    /// The diff changes something that can cause this kind of failure.
    var hasConclusiveDiff = false
    /// The changed files that can matter at all.
    let guilty: [ChangedFile]

    var score: Double { terms.reduce(0) { $0 + $1.points } }

    var suspect: Suspect {
        Suspect(
            sha: commit.sha, title: commit.title, author: commit.author,
            score: (score * 100).rounded() / 100,
            why: terms.sorted { abs($0.points) > abs($1.points) }.map { term in
                "\(term.points < 0 ? "" : "+")\(Format.decimal(term.points, digits: 1)) \(term.phrase)"
            })
    }

    init(_ commit: CommitFact, in context: BlameContext) {
        self.commit = commit
        guilty = commit.files.filter { !CommitClass.isInnocent(path: $0.path) }
        addAlignment(context)
        if commit.files.isEmpty { addMessageAlone(context) } else { addDiff(context) }
        addNames(context)
        addReach(context)
        addErrors(context)
        addMarks(context)
        addDrift(context.finding)
        addContrasts(context)
        addFixes(context)
    }

    mutating func add(_ points: Double, _ phrase: String) {
        terms.append((points, phrase))
    }

    private mutating func addDiff(_ context: BlameContext) {
        if guilty.isEmpty {
            add(-3, "changes only documents, tests or styles")
            return
        }
        let weights = context.weights
        let changes = guilty.flatMap { DiffReading(of: $0).changes }
        var best: [Cause: (points: Double, phrase: String)] = [:]
        for change in changes {
            let points = weights.points(of: change)
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

    /// Without a diff the message is all there is, and a message is easily wrong.
    private mutating func addMessageAlone(_ context: BlameContext) {
        if CommitClass.isInnocent(message: commit.message) {
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

    /// The failing feature, agent or step, by the words of its name.
    private mutating func addNames(_ context: BlameContext) {
        let wanted = context.keys.words
        guard !wanted.isEmpty else { return }
        let names = (context.keys.features + [context.keys.step].compactMap { $0 }).joined(separator: ", ")
        if let file = guilty.first(where: { wanted.meets($0.path) }) {
            add(1.2, "changes \(file.path.prefix(80)), which has the name of what fails")
        } else if guilty.contains(where: { wanted.meets($0.patch) }) {
            add(0.8, "its diff names \(names.prefix(80))")
        }
        addOthers(context)
        if wanted.meets(commit.title) { add(0.6, "its message names \(names.prefix(80))") }
    }

    /// Every changed file is named after another feature, and none after what fails.
    private mutating func addOthers(_ context: BlameContext) {
        let owners = guilty.map { file in
            context.keys.words.meets(file.path) ? nil : context.others.first { Mention.holds(file.path, $0) }
        }
        guard let first = owners.first, let owner = first, owners.allSatisfy({ $0 != nil }) else { return }
        add(-3, "changes only files named after \(owner.prefix(60)), not after what fails")
    }
}

extension Set<String> {
    func meets(_ text: String) -> Bool { !isDisjoint(with: Words.of(text)) }
}
