import Basics
import OnCallModel

/// The rules that a backtest compares.
enum Rules {
    /// The rules of the original system: a ratio or a count alone.
    static func seed(_ settings: Settings) -> Settings {
        var rule = settings
        rule.costBaseline = .mean
        rule.costFloor = 0
        rule.costSpikeMultiplier = 2.5
        rule.loopRequiresRepetition = false
        rule.agentLoopGenerationThreshold = 10
        rule.toolRequiresContrast = false
        rule.driftRequiresContrast = false
        rule.driftFailRate = 0.15
        rule.scoreDrop = 0.1
        return rule
    }

    /// The time between two runs of a detector.
    static func step(of type: DetectionType, _ settings: Settings) -> Span {
        type == .promptDrift ? .hours(settings.driftPatrolHours) : .minutes(15)
    }

    /// A threshold is tried by setting its value; a class without one has nothing to try.
    static func with(_ value: Double, for type: DetectionType, in settings: Settings) throws -> Settings {
        var rule = settings
        if let threshold = type.traits.threshold { try rule.set(threshold.setting, to: .number(value)) }
        return rule
    }
}
