import Basics
import OnCallModel

/// A spike as a finding.
enum CostFinding {
    static func make(
        _ judgement: CostJudgement, _ decomposition: CostDecomposition, onset: Instant, sql: String,
        context: DetectorContext
    ) -> Finding {
        Finding(
            facts: .cost(facts(judgement, decomposition, settings: context.settings)), severity: judgement.severity,
            fingerprint: Fingerprint(DetectionType.costSpike.rawValue, decomposition.subject),
            subject: decomposition.subject, description: sentence(judgement, decomposition, now: context.now),
            sql: sql, onset: onset,
            lastSeen: judgement.isRunning ? context.now : judgement.hour + .hours(1), costPerHour: judgement.cost,
            links: FindingLinks(
                features: decomposition.subject == CostDecomposition.project ? [] : [decomposition.subject]))
    }

    private static func sentence(
        _ judgement: CostJudgement, _ decomposition: CostDecomposition, now: Instant
    ) -> String {
        let parts = [spending(judgement, now: now), comparison(judgement), decomposition.phrase, caveat(judgement)]
        return parts.filter { !$0.isEmpty }.joined(separator: "; ") + "."
    }

    /// "03:00 to 04:00 cost $41.20"; of the running hour "03:00 to 03:20 cost $6.10, $18.30 an hour".
    private static func spending(_ judgement: CostJudgement, now: Instant) -> String {
        let end = judgement.isRunning ? now : judgement.hour + .hours(1)
        let spent =
            "\(Phrase.clock(judgement.hour)) to \(Phrase.clock(end)) UTC cost \(Format.dollars(judgement.spent))"
        return judgement.isRunning ? "\(spent), \(Format.dollars(judgement.cost)) an hour" : spent
    }

    private static func comparison(_ judgement: CostJudgement) -> String {
        var parts: [String] = []
        if let season = judgement.season {
            parts.append(
                judgement.cost > season.highest
                    ? "this hour of day never exceeded \(Format.dollars(season.highest)) in \(season.days) days"
                    : "95 % of the same hours of \(season.days) days cost at most \(Format.dollars(season.p95))")
        }
        let mean = Format.dollars(judgement.mean.perHour)
        if let ratio = judgement.ratio {
            parts.append("\(Format.times(ratio)) the 7-day mean of \(mean) an hour\(source(judgement))")
        } else {
            parts.append("the \(judgement.historyHours) hours before cost nothing")
        }
        return parts.joined(separator: "; ")
    }

    /// Where the mean comes from, if not from rows.
    private static func source(_ judgement: CostJudgement) -> String {
        guard let scale = judgement.sumScale else { return "" }
        return scale == 1
            ? " (the provider's sums)"
            : " (the provider's sums ×\(Format.decimal(scale, digits: 2)): spans repeat usage)"
    }

    private static func caveat(_ judgement: CostJudgement) -> String {
        if judgement.isProvisional { return "provisional, with only \(judgement.historyHours) hours of history" }
        if judgement.severity == .info { return "usual for this hour of day, so no one is paged" }
        return judgement.historyHours < CostBaseline.window
            ? "the mean is of \(judgement.historyHours) hours only" : ""
    }

    private static func facts(
        _ judgement: CostJudgement, _ decomposition: CostDecomposition, settings: Settings
    ) -> CostFacts {
        .with { facts in
            (facts.hour, facts.hourIsComplete) = (judgement.hour, !judgement.isRunning)
            (facts.cost, facts.spent) = (judgement.cost, judgement.spent)
            (facts.mean, facts.ratio) = (judgement.mean.perHour, judgement.ratio)
            facts.multiplier = settings.costSpikeMultiplier
            (facts.p95, facts.p95Ratio) = (judgement.season?.p95, judgement.seasonalRatio)
            (facts.historyHours, facts.sumScale) = (judgement.historyHours, judgement.sumScale)
            (facts.share, facts.isNew) = (decomposition.share, decomposition.isNew)
            (facts.volumeRatio, facts.unitPriceRatio) = (decomposition.volume, decomposition.unitPrice)
            facts.tokensRatio = decomposition.tokens
            (facts.modelBefore, facts.modelNow) = (decomposition.modelBefore, decomposition.modelNow)
        }
    }
}
