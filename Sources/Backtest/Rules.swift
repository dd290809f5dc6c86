package import OnCallModel

/// The rules that a backtest compares.
package enum Rules {
    /// The rules of the original system: a ratio or a count alone.
    package static func seed(_ settings: Settings) -> Settings {
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

    /// The setting with the detector's threshold, and the values to try; nil if it has none.
    package static func threshold(of type: DetectionType) -> (key: String, values: [Double])? {
        switch type {
        case .costSpike: ("cost_spike_multiplier", [1.5, 2, 2.5, 3, 4, 5, 7, 10])
        case .agentLoop: ("agent_loop_generation_threshold", [5, 8, 10, 15, 20, 30, 50])
        case .errorCascade: ("error_cascade_threshold", [1, 2, 5, 10, 20, 50])
        case .promptDrift: ("drift_fail_rate", [0.05, 0.1, 0.15, 0.2, 0.3, 0.5])
        case .toolFailure: nil
        }
    }

    package static func with(_ value: Double, for type: DetectionType, in settings: Settings) -> Settings {
        var rule = settings
        switch type {
        case .costSpike: rule.costSpikeMultiplier = value
        case .agentLoop: rule.agentLoopGenerationThreshold = Int(value)
        case .errorCascade: rule.errorCascadeThreshold = value
        case .promptDrift: rule.driftFailRate = value
        case .toolFailure: break
        }
        return rule
    }
}
