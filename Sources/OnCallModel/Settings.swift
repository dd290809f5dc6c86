/// Every setting with its default. `settings.json` at the top of the repository is this, encoded, byte for byte.
package struct Settings: Hashable, Sendable {
    /// An hour above this multiple of the 7-day hourly mean is a spike.
    package var costSpikeMultiplier = 2.5
    package var prRiskThreshold = 70
    /// A trace with more generations than this within two hours is looked at as a loop.
    package var agentLoopGenerationThreshold = 10
    /// US dollars that an error cascade must have cost.
    package var errorCascadeThreshold = 10.0
    /// A loop pages only when its steps repeat; false switches to the bare count of the seed.
    package var loopRequiresRepetition = true
    /// A tool fails only against its own past, by more than chance; false switches to the seed's bare rules A and C.
    package var toolRequiresContrast = true
    /// `seasonal` compares with the same hour of day as well; `mean` is the seed's bare rule.
    package var costBaseline = CostBaseline.seasonal
    /// Drift when more than this share of a feature's latest 20 outputs does not fit its snapshot.
    package var driftFailRate = 0.15
    /// Drift pages only when chance does not explain it; false switches to the seed's bare rule.
    package var driftRequiresContrast = true
    /// A fall of a score's mean by more than this is drift, in the score's own unit.
    package var scoreDrop = 0.1
    /// How often all features' outputs are looked at, in hours.
    package var driftPatrolHours = 4.0
    /// No spike below this, in US dollars an hour.
    package var costFloor = 0.5
    /// More looped generations than this, with repetition, and the gate acts alone.
    package var autoActGenerations = 20
    /// More than this, in US dollars an hour, and the gate acts alone.
    package var autoActCostPerHour = 10.0
    /// How long a request waits for a person, in hours.
    package var approvalHours = 4.0
    /// How often the on-call brain runs, in minutes.
    package var onCallMinutes = 15.0
    /// How often a burning loop is read again, in seconds.
    package var loopWatchSeconds = 5.0
    /// An incident that no scan has seen for this long is resolved, in minutes.
    package var resolveAfterMinutes = 120.0
    /// The sampler keeps a trace from this score on.
    package var samplerKeepScore = 40
    /// How many of a hundred traces the sampler keeps whatever they score.
    package var samplerUniformPercent = 1.0
    /// How often people are told again of a critical or high incident that nobody has acknowledged, in hours.
    package var renotifyHours = 4.0
    /// How many days of history the mirrors hold.
    package var retentionDays = 35
    /// Who fetches the rows, and where statements run.
    package var engine = Engine.embedded
    /// `metrics` lets Langfuse add up the hours before yesterday instead of reading their observations.
    package var langfuseHistory = LangfuseHistory.observations
    /// A file of `themes/` without its ending.
    package var theme = "dark"

    package init() {}

    package enum Engine: String, CaseIterable, Hashable, Sendable {
        case embedded, coral, clickhouse
    }

    package enum LangfuseHistory: String, CaseIterable, Hashable, Sendable {
        case observations, metrics
    }

    package enum CostBaseline: String, CaseIterable, Hashable, Sendable {
        case seasonal, mean
    }
}

/// What a setting is called, means and may be.
package struct SettingSpec: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case toggle
        case choice([String])
        case name
    }

    package var key: String
    package var kind: Kind
    /// One sentence for the settings pane and docs/SETTINGS.md.
    package var meaning: String
    package var unit: String = ""
}
