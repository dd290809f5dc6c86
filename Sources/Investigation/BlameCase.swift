import Basics
import OnCallModel

/// The case against one commit.
struct BlameCase {
    let commit: CommitFact
    private(set) var terms: [(points: Double, phrase: String)] = []
    /// The diff changes what can cause this kind of trouble.
    var diffSpeaks = false

    var score: Double { terms.reduce(0) { $0 + $1.points } }

    var suspect: Suspect {
        Suspect(
            sha: commit.sha, title: commit.title, author: commit.author,
            score: (score * 100).rounded() / 100,
            why: terms.sorted { abs($0.points) > abs($1.points) }.map { term in
                "\(term.points < 0 ? "" : "+")\(Figures.decimal(term.points, digits: 1)) \(term.phrase)"
            })
    }

    init(_ commit: CommitFact, of file: CaseFile) {
        self.commit = commit
        addAlignment(with: file.finding)
        if commit.files.isEmpty { addMessageAlone(file.finding) } else { addDiff(file.finding) }
        addNames(of: file.finding)
        addDrift(file.finding)
        addErrors(file)
    }

    mutating func add(_ points: Double, _ phrase: String) {
        terms.append((points, phrase))
    }

    /// One point at the onset, half of it a day before: a change may wait for its deployment, or for the night's job.
    private mutating func addAlignment(with finding: Finding) {
        let age = max(0, (finding.onset - commit.date).seconds)
        let days = age / 86_400
        let points = days < 30 ? 1 / (1 + days) : 0
        add(points, "landed \(Self.duration(age)) before the onset")
    }

    private mutating func addDiff(_ finding: Finding) {
        let guilty = commit.files.filter { !CommitClass.isInnocent(path: $0.path) }
        if guilty.isEmpty {
            add(-3, "touches only documents, tests or styles")
            return
        }
        let weights = CauseWeights(finding)
        let changes = guilty.flatMap { DiffReading(of: $0).changes }
        var best: [Cause: (points: Double, phrase: String)] = [:]
        for change in changes {
            let points = weights[change.cause] * change.weight
            if points > best[change.cause]?.points ?? 0 { best[change.cause] = (points, change.phrase) }
        }
        diffSpeaks = best.values.contains { $0.points >= 1 }
        for (_, term) in best.sorted(by: { $0.value.points > $1.value.points }).prefix(2) {
            add(term.points, term.phrase)
        }
        if commit.files.allSatisfy(\.patch.isEmpty) {
            addMessageAlone(finding)
        } else if best.isEmpty {
            add(-0.5, "its diff changes no limit, model, prompt or retrying")
        }
    }

    /// Without a diff the message is all there is, and a message is easily wrong.
    private mutating func addMessageAlone(_ finding: Finding) {
        if CommitClass.isInnocent(message: commit.message) {
            add(-2, "its message speaks of documents, tests or style")
            return
        }
        let weights = CauseWeights(finding)
        let words = Set(Words.of(commit.title))
        let causes = Cause.allCases.filter { !$0.words.isDisjoint(with: words) && weights[$0] > 0 }
        if let limit = LimitChange.inMessage(commit.title) {
            add(weights[limit.cause] * 0.8, "its message says that \(limit.key) goes \(limit.figures)")
        } else if let cause = causes.max(by: { weights[$0] < weights[$1] }) {
            add(weights[cause] * 0.4, "its message speaks of \(cause.name)")
        }
    }

    /// The feature, agent or step in trouble, by the words of its name.
    private mutating func addNames(of finding: Finding) {
        var names = [finding.loop?.agent, finding.loop?.repeatedStep].compactMap(\.self)
        if finding.type == .costSpike { names.append(finding.subject) }
        names += DriftFacts(finding)?.names ?? []
        let wanted = Set(names.flatMap { Words.identifying($0) })
        guard !wanted.isEmpty else { return }
        if let file = commit.files.first(where: { !CommitClass.isInnocent(path: $0.path) && wanted.meets($0.path) }) {
            add(1.2, "changes \(file.path.prefix(80)), which is named like the trouble")
        } else if commit.files.contains(where: { !CommitClass.isInnocent(path: $0.path) && wanted.meets($0.patch) }) {
            add(0.8, "its diff names \(names.joined(separator: ", ").prefix(80))")
        }
        if wanted.meets(commit.title) { add(0.6, "its message names \(names.joined(separator: ", ").prefix(80))") }
    }

    /// Words shared with errors that are new since the onset.
    private mutating func addErrors(_ file: CaseFile) {
        let fresh = file.errors.filter { $0.firstSeen >= file.finding.onset - .hours(1) }
        let own = Set(
            Words.identifying(commit.title)
                + commit.files.filter { !CommitClass.isInnocent(path: $0.path) }.flatMap { Words.identifying($0.patch) }
        )
        for error in fresh {
            let shared = own.intersection(Words.identifying(error.title))
            guard shared.count >= 2 else { continue }
            add(0.6, "shares \(shared.sorted().prefix(3).joined(separator: ", ")) with a new error")
            return
        }
    }

    private static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<5400: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Figures.decimal(seconds / 3600, digits: 1)) h"
        default: "\(Figures.decimal(seconds / 86_400, digits: 1)) days"
        }
    }
}

extension Set<String> {
    fileprivate func meets(_ text: String) -> Bool { !isDisjoint(with: Words.of(text)) }
}
