package import Basics
package import OnCallModel

/// Collects the facts about one finding: a machine that requests statements in rounds and ends with a case file.
///
/// First round: lists. Second round: the files of the commits with the highest scores, and the events of the main issues. Third
/// round: the traces. The driver may run the statements of a round in parallel; its answers have their order. Data that could
/// not be read is listed in `CaseFile.gaps`, and never counts as "no rows".
package struct Investigation: Sendable {
    private let scope: InvestigationScope
    private let now: Instant
    private var file: CaseFile
    private var asked: [InvestigationQuery] = []
    private var round = 1
    private var costliest: [String] = []

    /// `alerts` are those of other systems that fired around the finding.
    package init(
        _ finding: Finding, companions: [IncidentFinding] = [], alerts: [OutsideAlert] = [], scope: InvestigationScope,
        now: Instant
    ) {
        (self.scope, self.now) = (scope, now)
        file = CaseFile(finding: finding, companions: companions, alerts: alerts)
    }

    package enum Step: Hashable, Sendable {
        case queries([InvestigationQuery])
        case done(CaseFile)
    }

    package mutating func start() -> Step {
        ask(InvestigationPlan.firstRound(file.finding, scope: scope, now: now, gaps: &file.gaps))
    }

    /// `answers` are in the order of the statements of the last round.
    package mutating func receive(_ answers: [InvestigationAnswer]) -> Step {
        precondition(answers.count == asked.count, "one answer for each statement")
        for (query, answer) in zip(asked, answers) { take(answer, to: query.step) }
        return next()
    }

    private mutating func next() -> Step {
        while round < 3 {
            round += 1
            let named = CorrelationKeys(file).traces
            let queries =
                round == 2
                ? InvestigationPlan.secondRound(file, scope: scope, now: now)
                : InvestigationPlan.thirdRound(traces: named.isEmpty ? costliest : named)
            if !queries.isEmpty { return ask(queries) }
        }
        return .done(file)
    }

    private mutating func ask(_ queries: [InvestigationQuery]) -> Step {
        asked = queries
        return queries.isEmpty ? next() : .queries(queries)
    }

    private mutating func note(_ gap: String) {
        if !file.gaps.contains(gap) { file.gaps.append(gap) }
    }

    private mutating func take(_ answer: InvestigationAnswer, to step: InvestigationStep) {
        switch answer {
        case .absent: return
        case .failed(let sentence): note(sentence)
        case .rows(let rows, let isPartial):
            if isPartial { note(step.partialSentence) }
            switch step {
            case .hours: file.hours = FactReader.hours(rows)
            case .errors: file.errors = FactReader.errors(rows)
            case .commits: file.commits = FactReader.commits(rows)
            case .messages: file.messages = FactReader.messages(rows, channel: scope.channel ?? "")
            case .files(let sha):
                guard let index = file.commits.firstIndex(where: { $0.sha == sha }) else { return }
                file.commits[index].files = FactReader.files(rows)
            case .costliest: costliest = FactReader.costliest(rows, limit: InvestigationPlan.maxTraces)
            case .deploys, .releases, .events, .monitors, .pages, .prompts, .shares, .names, .trace:
                file.surroundings.take(rows, of: step, from: file.finding.onset, to: now)
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
        case .deploys: "The list of deployments is incomplete."
        case .releases(let source): "The list of releases of \(source) is incomplete."
        case .events(let issue): "The events of Sentry issue \(issue.prefix(40)) are incomplete."
        case .monitors: "The list of Datadog monitors is incomplete."
        case .pages: "The list of PagerDuty incidents is incomplete."
        case .prompts: "The list of changed prompts is incomplete."
        case .shares(let kind): "The calls by \(kind == .release ? "release" : "prompt version") are incomplete."
        case .names: "The names of features are incomplete."
        case .costliest: "The list of the costliest traces is incomplete."
        case .trace(let trace): "Trace \(trace.prefix(80)) is incomplete."
        }
    }
}
