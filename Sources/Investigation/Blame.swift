import Basics
package import OnCallModel

/// Ranks the commits that may have caused a failure by a sum of terms that a person can check, each printed with its points.
///
/// A commit near the onset gets at most one point for that, so time alone names no suspect. A change of a limit, a model or
/// retries counts most; changes of documents and tests count against a commit. "No code cause" is a candidate that a commit
/// must exceed.
package enum Blame {
    /// By how much a commit must exceed the candidate "no code cause".
    static let margin = 0.5
    /// If the two best scores are closer than this and neither diff is conclusive, there is no suspect.
    static let tie = 0.3
    private static let maxSuspects = 3

    /// The suspects, best first. Empty if no commit exceeds the others or the facts point to a cause outside the code.
    package static func suspects(of file: CaseFile) -> [Suspect] { verdict(of: file).suspects }

    /// Why there is no suspect; nil if there is one.
    package static func abstention(of file: CaseFile) -> String? { verdict(of: file).abstention }

    package struct Verdict: Hashable, Sendable {
        /// Best first; empty when it abstains.
        package var suspects: [Suspect]
        package var noCodeCause: NoCodeCause
        /// Why there is no suspect; nil if there is one.
        package var abstention: String?
        /// Every commit before the onset with its score, best first.
        package var ranking: [Suspect]
    }

    package static func verdict(of file: CaseFile) -> Verdict {
        let noCode = NoCodeCase(file)
        let all = ranked(file)
        let cases = all.filter { $0.score >= noCode.score + margin }
        let isTie =
            cases.count > 1 && cases[0].score - cases[1].score < tie && !cases[0].hasConclusiveDiff
            && !cases[1].hasConclusiveDiff
        let suspects = isTie ? [] : cases.prefix(maxSuspects).map(\.suspect)
        return Verdict(
            suspects: suspects, noCodeCause: noCode.cause,
            abstention: suspects.isEmpty ? abstention(all, noCode, isTie: isTie) : nil,
            ranking: all.map(\.suspect))
    }

    private static func abstention(_ all: [BlameCase], _ noCode: NoCodeCase, isTie: Bool) -> String {
        if isTie {
            return "Two of \(all.count) commits score equally and neither diff is conclusive, so none is named."
        }
        if let phrase = noCode.phrase {
            if noCode.isPrompt {
                return "\(phrase), which points to the prompt in Langfuse; no commit is suspect."
            }
            let sentence = phrase.prefix(1).uppercased() + phrase.dropFirst()
            let reason = noCode.isSurge ? "more traffic" : "a cause outside the code"
            return "\(sentence), which points to \(reason), not to a code change."
        }
        if all.isEmpty { return "No commits of the seven days before the onset are known." }
        return "None of \(all.count) commits is suspect."
    }

    /// The commits whose files should be read, ranked by the facts known so far.
    static func worthReading(_ file: CaseFile) -> [String] { ranked(file).map(\.commit.sha) }

    private static func ranked(_ file: CaseFile) -> [BlameCase] {
        let context = BlameContext(file)
        return file.commits.filter { isCandidate($0, of: file.finding) }
            .map { BlameCase($0, in: context) }
            .sorted { ($0.score, $0.commit.date, $0.commit.sha) > ($1.score, $1.commit.date, $1.commit.sha) }
    }

    /// A cause precedes its effect; ten minutes allow for clock skew.
    static func isCandidate(_ commit: CommitFact, of finding: Finding) -> Bool {
        commit.date <= finding.onset + .minutes(10) && commit.date >= finding.onset - InvestigationPlan.lookback
    }
}

/// The facts that every commit of a case is compared with.
struct BlameContext {
    let file: CaseFile
    let keys: CorrelationKeys
    let delivery: Delivery
    let contrasts: [Contrast]
    let weights: CauseWeights
    /// The issue of the finding itself, and those that are new since the onset.
    let errors: [ErrorFact]
    /// Words of the keys and texts in failing outputs.
    let failureWords: Set<String>
    /// Names of other features, which the failing traces do not call.
    let others: [String]

    var finding: Finding { file.finding }

    init(_ file: CaseFile) {
        self.file = file
        let keys = CorrelationKeys(file)
        self.keys = keys
        delivery = Delivery(file)
        contrasts = Contrast.all(in: file)
        weights = CauseWeights(file.finding)
        errors = file.errors.filter { keys.issues.contains($0.id) || $0.firstSeen >= file.finding.onset - .hours(1) }
        failureWords = FailureWords.words(of: file.finding)
        let called = Set(file.surroundings.traces.flatMap { [$0.name] + $0.steps.map(\.name) })
        others =
            keys.features.isEmpty
            ? []
            : file.surroundings.names.filter { name in
                !called.contains(name) && Set(Words.identifying(name)).isDisjoint(with: keys.words)
            }
    }
}
