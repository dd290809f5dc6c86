package import Basics
package import OnCallModel

/// Collects the facts about one finding: a machine that asks for statements, in rounds, and ends with a case file.
///
/// First round: hourly cost, Sentry issues, commits, Slack. Second round: the files of the commits that blame would
/// rank highest. The driver may carry out the statements of a round at the same time; it answers them in their order.
/// What could not be read is said in `CaseFile.gaps` and is never taken for "nothing there".
package struct Investigation: Sendable {
    private let scope: InvestigationScope
    private let now: Instant
    private var file: CaseFile
    private var asked: [InvestigationQuery] = []

    package init(_ finding: Finding, scope: InvestigationScope, now: Instant) {
        (self.scope, self.now) = (scope, now)
        file = CaseFile(finding: finding)
    }

    package enum Step: Hashable, Sendable {
        case queries([InvestigationQuery])
        case done(CaseFile)
    }

    package mutating func start() -> Step {
        ask(InvestigationPlan.firstRound(file.finding, scope: scope, now: now, gaps: &file.gaps))
    }

    /// `answers` stand in the order of the statements of the last round.
    package mutating func receive(_ answers: [InvestigationAnswer]) -> Step {
        precondition(answers.count == asked.count, "one answer for each statement")
        var hasCommits = false
        for (query, answer) in zip(asked, answers) {
            take(answer, to: query.step)
            hasCommits = hasCommits || query.step == .commits
        }
        guard hasCommits else { return .done(file) }
        return ask(InvestigationPlan.secondRound(file, scope: scope))
    }

    private mutating func ask(_ queries: [InvestigationQuery]) -> Step {
        asked = queries
        return queries.isEmpty ? .done(file) : .queries(queries)
    }

    private mutating func take(_ answer: InvestigationAnswer, to step: InvestigationStep) {
        switch answer {
        case .failed(let sentence):
            if !file.gaps.contains(sentence) { file.gaps.append(sentence) }
        case .rows(let rows, let isPartial):
            if isPartial { file.gaps.append(step.partialSentence) }
            switch step {
            case .hours: file.hours = FactReader.hours(rows)
            case .errors: file.errors = FactReader.errors(rows)
            case .commits: file.commits = FactReader.commits(rows)
            case .messages: file.messages = FactReader.messages(rows, channel: scope.channel ?? "")
            case .files(let sha):
                guard let index = file.commits.firstIndex(where: { $0.sha == sha }) else { return }
                file.commits[index].files = FactReader.files(rows)
            }
        }
    }
}

extension InvestigationStep {
    fileprivate var partialSentence: String {
        switch self {
        case .hours: "The hourly cost is incomplete."
        case .errors: "The list of Sentry issues is incomplete."
        case .commits: "The list of commits is incomplete."
        case .messages: "The Slack messages are incomplete."
        case .files(let sha): "The files of commit \(sha.prefix(7)) are incomplete."
        }
    }
}
