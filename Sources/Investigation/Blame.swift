import Basics
package import OnCallModel

/// Which commit caused the trouble: a sum of terms that a person can check, each printed with its points.
///
/// A commit near the onset earns at most one point for it, so nearness alone blames nobody. What changes a limit, a model or
/// the retrying counts most, what cannot matter (documents, tests) counts against, and "no cause in the code" is a candidate
/// that a commit has to beat.
package enum Blame {
    /// By how much a commit must beat the candidate "no cause in the code".
    static let margin = 0.5
    /// Two commits nearer to each other than this, neither with a diff that speaks, name nobody.
    static let tie = 0.3
    private static let most = 3

    /// The suspects, best first; empty when nothing stands out, or when the facts speak against a cause in the code.
    package static func suspects(of file: CaseFile) -> [Suspect] {
        let threshold = NoCodeCause(file.finding).score + margin
        let cases = ranked(file).filter { $0.score >= threshold }
        if cases.count > 1, cases[0].score - cases[1].score < tie, !cases[0].diffSpeaks, !cases[1].diffSpeaks {
            return []
        }
        return cases.prefix(most).map(\.suspect)
    }

    /// Why nobody is blamed; nil when somebody is.
    package static func abstention(of file: CaseFile) -> String? {
        guard suspects(of: file).isEmpty else { return nil }
        let candidates = file.commits.count { isCandidate($0, of: file.finding) }
        let cause = NoCodeCause(file.finding)
        if let prompt = cause.prompt {
            return "\(prompt), which speaks for the prompt in Langfuse; no commit stands out."
        }
        if candidates == 0 { return "No commit of the seven days before the onset is known." }
        return cause.isSurge
            ? "\(cause.phrase), which speaks for more traffic and not for a change of the code."
            : "None of \(candidates) commits stands out."
    }

    /// The commits whose files are worth reading, best first by what is known without them.
    static func worthReading(_ file: CaseFile) -> [String] { ranked(file).map(\.commit.sha) }

    private static func ranked(_ file: CaseFile) -> [BlameCase] {
        file.commits.filter { isCandidate($0, of: file.finding) }
            .map { BlameCase($0, of: file) }
            .sorted { ($0.score, $0.commit.date, $0.commit.sha) > ($1.score, $1.commit.date, $1.commit.sha) }
    }

    /// A cause comes before its effect; ten minutes are given for the difference of two clocks.
    private static func isCandidate(_ commit: CommitFact, of finding: Finding) -> Bool {
        commit.date <= finding.onset + .minutes(10) && commit.date >= finding.onset - InvestigationPlan.reach
    }
}

/// The candidate that no commit is to blame.
struct NoCodeCause {
    let isSurge: Bool
    let phrase: String
    /// A version of a prompt by which failing and passing outputs differ; it is written in Langfuse, often by no commit.
    let prompt: String?

    init(_ finding: Finding) {
        let volume = finding.evidence["volume_ratio"]?.double ?? 1
        let price = finding.evidence["unit_price_ratio"]?.double
        let isNew = finding.evidence["is_new"]?.bool ?? false
        isSurge =
            finding.type == .costSpike && !isNew && volume >= 1.5 && price.map { (0.8...1.25).contains($0) } ?? false
        prompt = DriftFacts(finding)?.promptContrast
        phrase = "Volume is \(Figures.times(volume)) at an unchanged unit price (\(Figures.times(price ?? 1)))"
    }

    var score: Double { isSurge ? 3 : prompt != nil ? 2 : 1 }
}
