import Basics
import OnCallModel

/// A trace above the threshold as a finding.
enum LoopFinding {
    static func make(_ trace: LoopTrace, _ repetition: Repetition, context: DetectorContext) -> Finding {
        let facts = facts(trace, repetition, context)
        return Finding(
            facts: .loop(facts), severity: severity(of: facts, settings: context.settings),
            fingerprint: Fingerprint(DetectionType.agentLoop.rawValue, trace.id), subject: trace.id,
            description: sentence(trace, repetition, context: context), sql: trace.sql, onset: trace.firstSeen,
            lastSeen: trace.lastSeen, costPerHour: trace.costPerHour(now: context.now),
            links: links(trace, repetition))
    }

    private static func links(_ trace: LoopTrace, _ repetition: Repetition) -> FindingLinks {
        let step = repetition.isStuck ? repetition.step : ""
        return FindingLinks(
            traces: [trace.id], releases: Set(trace.tail.map(\.release)).subtracting([""]),
            features: Set([trace.agent, step]).subtracting([""]))
    }

    private static func severity(of loop: LoopFacts, settings: Settings) -> Severity {
        // A slow loop costs little: there is time to request an approval.
        if loop.isSlow { return loop.isRepetitive ? .high : .info }
        if settings.loopRequiresRepetition, !loop.isRepetitive { return .info }
        return loop.looped > settings.autoActGenerations ? .critical : .high
    }

    /// "researcher took 15 steps (15 generations) in 2.8 min at $0.54: retry-search with the same arguments ×14."
    private static func sentence(
        _ trace: LoopTrace, _ repetition: Repetition, context: DetectorContext
    ) -> String {
        let life = trace.lastSeen - trace.firstSeen
        let time = life < .hours(2) ? "\(Format.decimal(life.seconds / 60, digits: 1)) min" : Format.duration(life)
        var start = """
            \(trace.agent) took \(trace.steps) steps (\(trace.generations) generations) in \(time) \
            for \(Format.dollars(trace.cost))
            """
        if let longer = trace.usual?.phrase(for: trace.length, of: trace.name) { start += ", \(longer)" }
        if repetition.isStuck { return "\(start): \(repetition.reasons.joined(separator: "; "))." }
        if repetition.isBlind {
            return "\(start); its steps have neither arguments nor token counts, so whether they repeat is unknown."
        }
        return context.settings.loopRequiresRepetition
            ? "\(start); its steps do not repeat, so this is a long run and not a loop."
            : "\(start); the count alone makes this a loop, because loop_requires_repetition is off."
    }

    private static func facts(
        _ trace: LoopTrace, _ repetition: Repetition, _ context: DetectorContext
    ) -> LoopFacts {
        let threshold = context.settings.agentLoopGenerationThreshold
        return .with { facts in
            (facts.steps, facts.generations, facts.cost) = (trace.steps, trace.generations, trace.cost)
            facts.looped = trace.looped(threshold: threshold)
            facts.distinctNames = Set(trace.tail.map(\.name)).count
            (facts.repeatedStep, facts.repetitions) = (repetition.step, repetition.times)
            (facts.isRepetitive, facts.reasons) = (repetition.isStuck, repetition.reasons)
            facts.loopedSteps = repetition.loopedSteps
            (facts.agent, facts.isSlow, facts.length) = (trace.agent, trace.isSlow, trace.length)
            (facts.usualRuns, facts.usualMax) = (trace.usual?.runs, trace.usual?.maxSteps)
            facts.recentRate = trace.lastCost.map {
                LoopEvidence.rate(ofCost: $0, firstSeen: trace.firstSeen, lastSeen: context.now)
            }
        }
    }
}
