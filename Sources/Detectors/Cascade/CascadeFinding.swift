import Basics
import OnCallModel

typealias CascadeLink = CascadeFacts.Link

/// An issue with the generations that are its own, judged.
struct CascadeJudgement {
    let issue: CascadeIssue
    let share: CascadeShare
    let rise: GenerationCells.Rise
    let link: CascadeLink
    let severity: Severity

    /// Nil if the issue's generations did not rise, or cost too little.
    init?(_ issue: CascadeIssue, _ share: CascadeShare, _ cells: GenerationCells, settings: Settings) {
        let environments = Set(cells.cells.map(\.key.environment))
        let isKnown = !issue.environment.isEmpty && environments.contains(issue.environment)
        rise = cells.rise(of: issue) { !isKnown || $0.environment == issue.environment }
        guard rise.isReal, share.cost > settings.errorCascadeThreshold else { return nil }
        (self.issue, self.share) = (issue, share)
        link = Self.link(issue, share, cells, isKnown: isKnown)
        switch link {
        case .trace:
            let isCostly = Self.costPerHour(share, issue) > settings.autoActCostPerHour
            severity = isCostly && rise.ratio >= 3 ? .critical : .high
        case .release: severity = .high
        case .environment: severity = .medium
        case .time: severity = .info
        }
    }

    /// A release or an environment that all generations share is not a link: its generations must have risen and others not.
    private static func link(
        _ issue: CascadeIssue, _ share: CascadeShare, _ cells: GenerationCells, isKnown: Bool
    ) -> CascadeLink {
        if share.tracedCalls >= CascadePartition.minTraced { return .trace }
        func isLinked(_ isPart: @escaping (GenerationCell.Key) -> Bool) -> Bool {
            let others = cells.rise(of: issue) { !isPart($0) }
            return cells.rise(of: issue, where: isPart).isReal && others.now + others.before > 0
                && others.ratio < GenerationCells.minRatio
        }
        if !issue.release.isEmpty, isLinked({ $0.release == issue.release }) { return .release }
        return isKnown && isLinked { $0.environment == issue.environment } ? .environment : .time
    }

    var costPerHour: Double { Self.costPerHour(share, issue) }

    /// A rise of less than ten minutes counts as ten, so that a short burst is not scaled up to an hour.
    private static func costPerHour(_ share: CascadeShare, _ issue: CascadeIssue) -> Double {
        share.cost * 3600 / max(issue.length, .minutes(10)).seconds
    }
}

/// A cascade as a finding.
enum CascadeFinding {
    static func make(
        _ judgement: CascadeJudgement, expectedByDay: Double?, sql: String, settings: Settings
    ) -> Finding {
        let issue = judgement.issue
        return Finding(
            facts: .cascade(facts(judgement, expectedByDay, settings)), severity: judgement.severity,
            fingerprint: Fingerprint(DetectionType.errorCascade.rawValue, issue.id), subject: issue.id,
            description: sentence(judgement), sql: sql,
            onset: issue.onset, lastSeen: issue.lastSeen, costPerHour: judgement.costPerHour,
            links: FindingLinks(
                traces: issue.traces.union(judgement.share.traces).first(100),
                releases: issue.release.isEmpty ? [] : [issue.release],
                failingReleases: judgement.link == .release ? [issue.release] : [],
                features: Set(judgement.share.features.filter { $0.value * 10 >= judgement.share.tracedCalls }.keys)))
    }

    /// "RateLimitError (4401): 340 events since 13:02, none before; generations ×3.1 in the same 40 min, $18.40 of cost;
    /// 41 of them in 12 traces that its events name."
    private static func sentence(_ judgement: CascadeJudgement) -> String {
        let (issue, share, rise) = (judgement.issue, judgement.share, judgement.rise)
        let name = issue.name.isEmpty ? "Issue \(issue.id)" : "\(issue.name) (\(issue.id))"
        let before = issue.isNew ? "none before" : "\(Format.decimal(issue.expected, digits: 0)) expected"
        let minutes = Format.decimal(issue.length.seconds / 60, digits: 0)
        let change = rise.before == 0 ? "\(rise.now), none before," : Format.times(rise.ratio)
        let link =
            switch judgement.link {
            case .trace: "\(share.tracedCalls) of them in \(share.traces.count) traces that its events name"
            case .release: "both in release \(issue.release.prefix(60))"
            case .environment: "both only in \(issue.environment.prefix(60))"
            case .time:
                issue.eventsAreUnread
                    ? "its events could not be read; related by time only, so no one is paged"
                    : "related by time only, so no one is paged"
            }
        return """
            \(name): \(issue.events) events since \(Phrase.clock(issue.onset)), \(before); generations \(change) in the same \(minutes) min, \
            \(Format.dollars(share.cost)) of cost; \(link).
            """
    }

    private static func facts(
        _ judgement: CascadeJudgement, _ expectedByDay: Double?, _ settings: Settings
    ) -> CascadeFacts {
        let (issue, share, rise) = (judgement.issue, judgement.share, judgement.rise)
        return .with { facts in
            (facts.title, facts.isNew, facts.minutes) = (issue.name, issue.isNew, issue.length.seconds / 60)
            (facts.events, facts.eventsExpected) = (issue.events, issue.expected)
            (facts.generations, facts.generationsBefore) = (rise.now, rise.before)
            facts.generationsRatio = rise.before == 0 ? nil : rise.ratio
            facts.generationsDayBefore = expectedByDay
            (facts.link, facts.attributedGenerations) = (judgement.link, share.calls)
            (facts.cost, facts.costThreshold) = (share.cost, settings.errorCascadeThreshold)
            facts.traces = share.traces.first(20).sorted()
            (facts.tracedGenerations, facts.tracedCost) = (share.tracedCalls, share.tracedCost)
            facts.release = issue.release.isEmpty ? nil : issue.release
            facts.environment = issue.environment.isEmpty ? nil : issue.environment
        }
    }
}
