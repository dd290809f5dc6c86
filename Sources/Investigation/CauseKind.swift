import OnCallModel

/// The kind of the cause that a verdict names, by which marks of people are counted.
enum CauseKind {
    /// `a change of tokens`, `more traffic`; empty where no cause is named.
    static func phrase(of file: CaseFile, _ verdict: Blame.Verdict) -> String {
        guard let suspect = verdict.suspects.first else { return noCode(file) }
        guard let commit = file.commits.first(where: { $0.sha == suspect.sha }) else { return "a code change" }
        return main(of: commit, for: CauseWeights(file.finding)).map { "a change of \($0.name)" } ?? "a code change"
    }

    /// The cause that counts most in the diff, else in the message.
    private static func main(of commit: CommitFact, for weights: CauseWeights) -> Cause? {
        let changes = commit.relevantFiles.flatMap { DiffReading(of: $0).changes }
        let points = Cause.allCases.map { cause in
            changes.filter { $0.cause == cause }.map { weights.points(of: $0) }.max() ?? 0
        }
        // Of equal ones the first, so that the same diff has always the same kind.
        if let best = points.max(), best > 0, let place = points.firstIndex(of: best) { return Cause.allCases[place] }
        let words = Set(Words.of(commit.title))
        let named = Cause.allCases.filter { !$0.words.isDisjoint(with: words) && weights[$0] > 0 }
        return named.max { weights[$0] < weights[$1] }
    }

    private static func noCode(_ file: CaseFile) -> String {
        let cause = NoCodeCase(file)
        if cause.isPrompt { return "a prompt outside the repository" }
        if cause.isSurge { return "more traffic" }
        return cause.phrase == nil ? "" : "a provider or a quota"
    }
}
