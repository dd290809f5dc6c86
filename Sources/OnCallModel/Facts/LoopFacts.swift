import Basics

/// The evidence for a looping trace. Its trace id, start and last step are the finding's subject, onset and last time.
package struct LoopFacts: ClassFacts, JSONRecord {
    package static let type = DetectionType.agentLoop

    package var steps = 0
    /// All generations of the trace, and those that count as looped.
    package var generations = 0
    package var looped = 0
    package var cost = 0.0
    package var distinctNames = 0
    /// The step repeated most, and how often.
    package var repeatedStep = ""
    package var repetitions = 0
    package var isRepetitive = false
    /// The names of the steps that repeat, in alphabetical order, without what belongs to one run.
    package var loopedSteps: [String] = []
    /// One phrase for each kind of repetition.
    package var reasons: [String] = []
    /// The agent that runs the trace: its root's name.
    package var agent = ""
    package var isSlow = false
    package var length = 0
    /// How many finished runs of the same trace name are known, and the length that 99 % of them stay below.
    package var usualRuns: Int?
    package var usualMax: Int?
    /// US dollars a minute of the last minutes.
    package var recentRate: Double?

    package init() {}

    package static let members: [JSONMember<LoopFacts>] = [
        .init("steps", \.steps), .init("generations", \.generations), .init("looped", \.looped),
        .init("cost", \.cost), .init("distinct_names", \.distinctNames), .init("repeated_step", \.repeatedStep),
        .init("repetitions", \.repetitions), .init("is_repetitive", \.isRepetitive),
        .init("looped_steps", \.loopedSteps, omitsEmpty: true), .init("reasons", \.reasons),
        .init("agent", \.agent), .init("slow", \.isSlow), .init("length", \.length),
        .init("usual_runs", \.usualRuns, writesNull: true), .init("usual_most", \.usualMax, writesNull: true),
        .init("cost_per_minute", \.recentRate),
    ]

    /// The loop of the trace that a finding names.
    func evidence(of trace: String, firstSeen: Instant, lastSeen: Instant) -> LoopEvidence {
        LoopEvidence(
            traceID: trace, agent: agent, generations: looped, cost: cost, firstSeen: firstSeen, lastSeen: lastSeen,
            repeatedStep: repeatedStep, repetitions: repetitions, isRepetitive: isRepetitive, isSlow: isSlow,
            recentRate: recentRate)
    }
}

extension Finding {
    /// Set where the finding is about a looping trace.
    package var loop: LoopEvidence? { facts.loop?.evidence(of: subject, firstSeen: onset, lastSeen: lastSeen) }
}

extension IncidentFinding {
    /// Set where the finding is about a looping trace.
    package var loop: LoopEvidence? { facts.loop?.evidence(of: subject, firstSeen: firstSeen, lastSeen: lastSeen) }
}
