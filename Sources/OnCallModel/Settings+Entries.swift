import Basics

extension Settings {
    /// One setting: what it is, and how it is read from and written to the value.
    struct Entry: Sendable {
        let spec: SettingSpec
        let read: @Sendable (Settings) -> JSONValue
        let write: @Sendable (inout Settings, JSONValue) -> Void
    }

    /// The keys of the seed first, in its order.
    static let entries: [Entry] = [
        number(
            "cost_spike_multiplier", \.costSpikeMultiplier, 1.1...100,
            "An hour whose cost is above this multiple of the rolling 7-day hourly mean is a spike.", "×"),
        integer(
            "pr_risk_threshold", \.prRiskThreshold, 1...100,
            "A pull request with this risk score or more is reported as risky.", "points"),
        integer(
            "agent_loop_generation_threshold", \.agentLoopGenerationThreshold, 2...10_000,
            "A trace with more generations than this within two hours is looked at as a loop.", "generations"),
        number(
            "error_cascade_threshold", \.errorCascadeThreshold, 0.01...1_000_000,
            "An error cascade is reported when it has cost at least this much.", "USD"),
        toggle(
            "loop_requires_repetition", \.loopRequiresRepetition,
            "A loop pages only when its steps repeat; false goes back to counting generations alone."),
        Entry(
            spec: SettingSpec(
                key: "cost_baseline", kind: .choice(CostBaseline.allCases.map(\.rawValue)),
                meaning: "seasonal also compares with the same hour of day; mean uses the 7-day hourly mean alone."),
            read: { .string($0.costBaseline.rawValue) },
            write: { $0.costBaseline = $1.string.flatMap(CostBaseline.init(rawValue:)) ?? $0.costBaseline }),
        number("cost_floor", \.costFloor, 0...1_000_000, "No hour that costs less than this is a spike.", "USD/h"),
        integer(
            "auto_act_generations", \.autoActGenerations, 2...100_000,
            "Above this many looped generations, with repetition, Sentinel acts without asking.", "generations"),
        number(
            "auto_act_cost_per_hour", \.autoActCostPerHour, 0.01...1_000_000,
            "Above this cost an hour Sentinel acts without asking.", "USD/h"),
        number(
            "approval_hours", \.approvalHours, 0.05...168, "A request that nobody answers expires after this time.",
            "hours"),
        number("on_call_minutes", \.onCallMinutes, 1...1440, "How often the on-call cycle runs.", "minutes"),
        number("loop_watch_seconds", \.loopWatchSeconds, 1...600, "How often a burning loop is read again.", "seconds"),
        number(
            "resolve_after_minutes", \.resolveAfterMinutes, 5...10_080,
            "An incident that no scan has seen for this long is resolved.", "minutes"),
        integer("retention_days", \.retentionDays, 8...400, "How much history the mirrors hold.", "days"),
        Entry(
            spec: SettingSpec(key: "theme", kind: .name, meaning: "A file of themes/ without its ending."),
            read: { .string($0.theme) }, write: { $0.theme = $1.string ?? $0.theme }),
    ]

    private typealias Property<Value> = WritableKeyPath<Settings, Value> & Sendable

    private static func number(
        _ key: String, _ property: any Property<Double>, _ range: ClosedRange<Double>, _ meaning: String, _ unit: String
    ) -> Entry {
        Entry(
            spec: SettingSpec(key: key, kind: .number(range), meaning: meaning, unit: unit),
            read: { .number($0[keyPath: property]) },
            write: { $0[keyPath: property] = $1.double ?? $0[keyPath: property] })
    }

    private static func integer(
        _ key: String, _ property: any Property<Int>, _ range: ClosedRange<Int>, _ meaning: String, _ unit: String
    ) -> Entry {
        Entry(
            spec: SettingSpec(key: key, kind: .integer(range), meaning: meaning, unit: unit),
            read: { JSONValue($0[keyPath: property]) },
            write: { $0[keyPath: property] = $1.int ?? $0[keyPath: property] })
    }

    private static func toggle(_ key: String, _ property: any Property<Bool>, _ meaning: String) -> Entry {
        Entry(
            spec: SettingSpec(key: key, kind: .toggle, meaning: meaning),
            read: { .bool($0[keyPath: property]) },
            write: { $0[keyPath: property] = $1.bool ?? $0[keyPath: property] })
    }
}
