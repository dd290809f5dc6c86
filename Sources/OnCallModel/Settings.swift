/// All settings with their defaults. `settings.json` at the top of the repository is this value, encoded, byte for byte.
package struct Settings: Hashable, Sendable {
    /// An hour whose cost exceeds this multiple of the 7-day hourly mean is a spike.
    package var costSpikeMultiplier = 2.5
    package var prRiskThreshold = 70
    /// A trace with more generations than this within two hours is checked for a loop.
    package var agentLoopGenerationThreshold = 10
    /// The minimum cost of an error cascade, in US dollars.
    package var errorCascadeThreshold = 10.0
    /// Page for a loop only if its steps repeat; false uses the count alone, as the original did.
    package var loopRequiresRepetition = true
    /// Report a tool only if it fails significantly more than in its own past; false uses the original rules A and C alone.
    package var toolRequiresContrast = true
    /// `seasonal` also compares with the same hour of day; `mean` uses the 7-day mean alone, as the original did.
    package var costBaseline = CostBaseline.seasonal
    /// Report drift if more than this share of a feature's latest 20 outputs does not match its snapshot.
    package var driftFailRate = 0.15
    /// Page for drift only if it is statistically significant; false uses the share alone, as the original did.
    package var driftRequiresContrast = true
    /// Report drift if the mean of a score falls by more than this, in the unit of the score.
    package var scoreDrop = 0.1
    /// Interval between two checks of the outputs of all features, in hours.
    package var driftPatrolHours = 4.0
    /// An hour that costs less is never a spike, in US dollars per hour.
    package var costFloor = 0.5
    /// Above this number of repeating generations, a loop is killed without approval.
    package var autoActGenerations = 20
    /// Above this cost, actions run without approval, in US dollars per hour.
    package var autoActCostPerHour = 10.0
    /// An approval request expires after this time, in hours.
    package var approvalHours = 4.0
    /// Interval between two scan cycles, in minutes.
    package var onCallMinutes = 15.0
    /// Interval between two reads of an active loop, in seconds.
    package var loopWatchSeconds = 5.0
    /// An incident is resolved if no scan has found it for this long, in minutes.
    package var resolveAfterMinutes = 120.0
    /// The sampler keeps traces with at least this score.
    package var samplerKeepScore = 40
    /// Percentage of traces that the sampler keeps regardless of their score.
    package var samplerUniformPercent = 1.0
    /// Interval between two reminders of an unacknowledged critical or high incident, in hours.
    package var renotifyHours = 4.0
    /// Days of history that the mirrors keep.
    package var retentionDays = 35
    /// The program that fetches rows and runs statements.
    package var engine = Engine.embedded
    /// `metrics` reads hourly sums from Langfuse for days before yesterday, instead of their observations.
    package var langfuseHistory = LangfuseHistory.observations
    /// The name of a file in `themes/`, without `.json`.
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

/// The key, type and meaning of a setting.
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
    /// One sentence, for the Settings pane and docs/SETTINGS.md.
    package var meaning: String
    package var unit: String = ""
}
