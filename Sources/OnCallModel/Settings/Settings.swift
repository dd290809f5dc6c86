/// All settings with their defaults; `Settings+Table.swift` says what each means, with its unit and range. `settings.json` at
/// the top of the repository is this value, encoded, byte for byte.
package struct Settings: Hashable, Sendable {
    package var costSpikeMultiplier = 2.5
    package var prRiskThreshold = 70
    package var agentLoopGenerationThreshold = 10
    package var errorCascadeThreshold = 10.0
    package var loopRequiresRepetition = true
    package var toolRequiresContrast = true
    package var costBaseline = CostBaseline.seasonal
    package var driftFailRate = 0.15
    package var driftRequiresContrast = true
    package var scoreDrop = 0.1
    package var driftPatrolHours = 4.0
    package var costFloor = 0.5
    package var autoActGenerations = 20
    package var autoActCostPerHour = 10.0
    package var approvalHours = 4.0
    package var onCallMinutes = 15.0
    package var loopWatchSeconds = 5.0
    package var pulseSeconds = 15.0
    package var resolveAfterMinutes = 120.0
    package var samplerKeepScore = 40
    package var samplerUniformPercent = 1.0
    package var renotifyHours = 4.0
    package var retentionDays = 35
    package var engine = Engine.embedded
    package var langfuseHistory = LangfuseHistory.observations
    package var langfuseCallsPerMinute = 0
    package var theme = "dark"
    package var sourceDownMinutes = 30.0
    package var outsideAlerts = false
    package var automaticKills = 3
    package var wideTargets = 10
    package var narratorDailyTokens = 200_000
    package var people: [Person] = []
    package var policies: [PolicyRule] = []
    package var exemptions: [Exemption] = []
    package var channels: [NoticeChannel] = []
    package var routes: [NoticeRoute] = []
    package var quietHours: [QuietHours] = []
    package var executors: [ExecutorRow] = []
    package var prRiskWatch = false
    package var prReviewAuto = false
    package var digestZone = "UTC"
    package var digestPost = true
    package var digestChannel = ""
    package var budgets: [Budget] = []

    package init() {}

    package enum Engine: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case embedded, coral, clickhouse
    }

    package enum LangfuseHistory: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case observations, metrics
    }

    package enum CostBaseline: String, CaseIterable, Hashable, Sendable, JSONConvertible {
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
        /// Free text of at most this many characters.
        case text(Int)
        /// A date or a time in ISO 8601, in UTC where it names no zone.
        case moment
        /// A list of such texts.
        case texts(Int)
        /// A list of objects with these members.
        indirect case table([SettingSpec], required: Set<String>)
    }

    package var key: String
    package var kind: Kind
    /// One sentence, for the Settings pane and docs/SETTINGS.md.
    package var meaning: String
    package var unit: String = ""
}
