import Basics
import OnCallModel

/// A trace above the threshold as a finding.
enum LoopFinding {
    static func make(
        _ trace: LoopTrace, _ repetition: Repetition, sql: String, context: DetectorContext
    ) -> Finding {
        let looped = trace.looped(threshold: context.settings.agentLoopGenerationThreshold)
        let evidence = LoopEvidence(
            traceID: trace.id, agent: trace.agent, generations: looped, cost: trace.cost,
            firstSeen: trace.firstSeen, lastSeen: trace.lastSeen, repeatedStep: repetition.step,
            repetitions: repetition.times, isRepetitive: repetition.isStuck, isSlow: trace.isSlow)
        return Finding(
            type: .agentLoop, severity: severity(of: evidence, settings: context.settings),
            fingerprint: Fingerprint(DetectionType.agentLoop.rawValue, trace.id), subject: trace.id,
            description: sentence(trace, evidence, repetition, context: context),
            evidence: figures(trace, repetition, looped: looped), sql: sql, onset: trace.firstSeen,
            lastSeen: trace.lastSeen, costPerHour: trace.costPerHour(now: context.now), loop: evidence,
            links: links(trace, repetition))
    }

    private static func links(_ trace: LoopTrace, _ repetition: Repetition) -> FindingLinks {
        let step = repetition.isStuck ? repetition.step : ""
        return FindingLinks(
            traces: [trace.id], releases: Set(trace.tail.compactMap(\.release).filter { !$0.isEmpty }),
            features: Set([trace.agent, step].filter { !$0.isEmpty }))
    }

    private static func severity(of loop: LoopEvidence, settings: Settings) -> Severity {
        // A slow loop burns little: there is time to ask.
        if loop.isSlow { return loop.isRepetitive ? .high : .info }
        if settings.loopRequiresRepetition, !loop.isRepetitive { return .info }
        return loop.generations > settings.autoActGenerations ? .critical : .high
    }

    /// "researcher took 15 steps (15 generations) in 2.8 min at $0.54: retry-search with the same arguments ×14."
    private static func sentence(
        _ trace: LoopTrace, _ loop: LoopEvidence, _ repetition: Repetition, context: DetectorContext
    ) -> String {
        let life = trace.lastSeen - trace.firstSeen
        let time = life < .hours(2) ? "\(Format.decimal(life.seconds / 60, digits: 1)) min" : Format.duration(life)
        var start = """
            \(loop.agent) took \(trace.steps) steps (\(trace.generations) generations) in \(time) \
            for \(Format.dollars(trace.cost))
            """
        if let longer = trace.usual?.phrase(for: trace.length, of: trace.name) { start += ", \(longer)" }
        if repetition.isStuck { return "\(start): \(repetition.reasons.joined(separator: "; "))." }
        if repetition.isBlind {
            return "\(start); its steps carry neither arguments nor token counts, so whether they repeat is unknown."
        }
        return context.settings.loopRequiresRepetition
            ? "\(start); its steps do not repeat, so this is a long run and not a loop."
            : "\(start); the bare count alone makes this a loop, as loop_requires_repetition is off."
    }

    private static func figures(_ trace: LoopTrace, _ repetition: Repetition, looped: Int) -> JSONValue {
        .fields([
            "steps": JSONValue(trace.steps),
            "generations": JSONValue(trace.generations),
            "looped": JSONValue(looped),
            "cost": .number(trace.cost),
            "distinct_names": JSONValue(Set(trace.tail.map(\.name)).count),
            "repeated_step": .string(repetition.step),
            "repetitions": JSONValue(repetition.times),
            "is_repetitive": .bool(repetition.isStuck),
            "reasons": .array(repetition.reasons.map(JSONValue.string)),
            "agent": .string(trace.agent),
            "slow": .bool(trace.isSlow),
            "length": JSONValue(trace.length),
            "usual_runs": JSONValue(trace.usual?.runs),
            "usual_most": JSONValue(trace.usual?.most),
        ])
    }
}
