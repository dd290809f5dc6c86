package import Basics

/// Why a value is invalid for a setting, as a sentence.
package struct SettingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var key: String
    package var description: String

    package init(key: String, _ description: String) {
        (self.key, self.description) = (key, description)
    }
}

extension Settings {
    /// All settings, in the order of `settings.json`: the original four first.
    package static let specs = table.map(\.spec)

    /// The current value; nil for an unknown key.
    package func value(of key: String) -> JSONValue? {
        Self.entry(key)?.read(self)
    }

    /// Sets one setting. An invalid value changes nothing.
    package mutating func set(_ key: String, to value: JSONValue) throws(SettingProblem) {
        guard let entry = Self.entry(key) else { throw Self.unknown(key) }
        let accepted = try entry.spec.accept(value)
        entry.write(&self, accepted)
    }

    /// All settings as the document in `settings.json`.
    package var document: JSONValue {
        .object(Self.table.map { JSONValue.Member($0.spec.key, $0.read(self)) })
    }

    package static func unknown(_ key: String) -> SettingProblem {
        let hint = Suggestion.nearest(to: key, among: specs.map(\.key)).map { " Did you mean \($0)?" }
        return SettingProblem(key: key, "Unknown setting \"\(key)\".\(hint ?? " docs/SETTINGS.md lists the settings.")")
    }

    private static func entry(_ key: String) -> Entry? {
        table.first { $0.spec.key == key }
    }

    private struct Entry: Sendable {
        let spec: SettingSpec
        let read: @Sendable (Settings) -> JSONValue
        let write: @Sendable (inout Settings, JSONValue) -> Void
    }

    private static func number(
        _ key: String, _ range: ClosedRange<Double>, _ unit: String = "", _ meaning: String,
        _ path: any WritableKeyPath<Settings, Double> & Sendable
    ) -> Entry {
        Entry(
            spec: SettingSpec(key: key, kind: .number(range), meaning: meaning, unit: unit),
            read: { .number($0[keyPath: path]) }, write: { $0[keyPath: path] = $1.double ?? $0[keyPath: path] })
    }

    private static func integer(
        _ key: String, _ range: ClosedRange<Int>, _ unit: String = "", _ meaning: String,
        _ path: any WritableKeyPath<Settings, Int> & Sendable
    ) -> Entry {
        Entry(
            spec: SettingSpec(key: key, kind: .integer(range), meaning: meaning, unit: unit),
            read: { JSONValue($0[keyPath: path]) }, write: { $0[keyPath: path] = $1.int ?? $0[keyPath: path] })
    }

    private static let table: [Entry] = [
        number(
            "cost_spike_multiplier", 1.1...100, "×",
            "An hour whose cost exceeds this multiple of the 7-day hourly mean is a spike.",
            \.costSpikeMultiplier),
        integer(
            "pr_risk_threshold", 0...100, "", "A pull request with a higher risk score is reported as risky.",
            \.prRiskThreshold),
        integer(
            "agent_loop_generation_threshold", 2...10_000, "generations",
            "A trace with more generations than this within two hours is checked for a loop.",
            \.agentLoopGenerationThreshold),
        number(
            "error_cascade_threshold", 0...1_000_000, "$", "Minimum cost of an error cascade.",
            \.errorCascadeThreshold),
        Entry(
            spec: SettingSpec(
                key: "loop_requires_repetition", kind: .toggle,
                meaning: "Page for a loop only if its steps repeat; false uses the count alone."),
            read: { .bool($0.loopRequiresRepetition) },
            write: { $0.loopRequiresRepetition = $1.bool ?? $0.loopRequiresRepetition }),
        Entry(
            spec: SettingSpec(
                key: "tool_requires_contrast", kind: .toggle,
                meaning:
                    "Report a tool only if it fails more than in its own past; false uses the original rules alone."),
            read: { .bool($0.toolRequiresContrast) },
            write: { $0.toolRequiresContrast = $1.bool ?? $0.toolRequiresContrast }),
        Entry(
            spec: SettingSpec(
                key: "cost_baseline", kind: .choice(CostBaseline.allCases.map(\.rawValue)),
                meaning: "seasonal also compares with the same hour of day; mean uses the 7-day mean alone."),
            read: { .string($0.costBaseline.rawValue) },
            write: { $0.costBaseline = $1.string.flatMap(CostBaseline.init) ?? $0.costBaseline }),
        number(
            "drift_fail_rate", 0.01...0.95, "",
            "Report drift if more than this share of a feature's latest 20 outputs does not match its snapshot.",
            \.driftFailRate),
        Entry(
            spec: SettingSpec(
                key: "drift_requires_contrast", kind: .toggle,
                meaning: "Page for drift only if it is statistically significant; false uses the share alone."),
            read: { .bool($0.driftRequiresContrast) },
            write: { $0.driftRequiresContrast = $1.bool ?? $0.driftRequiresContrast }),
        number(
            "score_drop", 0.001...1_000_000, "", "Report drift if the daily mean of a score falls by more than this.",
            \.scoreDrop),
        number(
            "drift_patrol_hours", 0.25...168, "h", "Interval between two checks of the outputs of all features.",
            \.driftPatrolHours),
        number("cost_floor", 0...1_000_000, "$/h", "An hour that costs less than this is never a spike.", \.costFloor),
        integer(
            "auto_act_generations", 2...100_000, "generations",
            "Above this number of repeating generations, a loop is killed without approval.", \.autoActGenerations),
        number(
            "auto_act_cost_per_hour", 0...1_000_000, "$/h", "Above this cost, actions run without approval.",
            \.autoActCostPerHour),
        number("approval_hours", 0.05...168, "h", "An approval request expires after this time.", \.approvalHours),
        number("on_call_minutes", 1...1440, "min", "Interval between two scan cycles.", \.onCallMinutes),
        number("loop_watch_seconds", 1...600, "s", "Interval between two reads of an active loop.", \.loopWatchSeconds),
        number(
            "resolve_after_minutes", 5...10_080, "min",
            "An incident is resolved if no scan has found it for this long.",
            \.resolveAfterMinutes),
        integer(
            "sampler_keep_score", 1...1000, "points",
            "The sampler keeps traces with at least this score; only kept traces are read in full.", \.samplerKeepScore),
        number(
            "sampler_uniform_percent", 0...100, "%",
            "Share of traces that the sampler keeps regardless of their score.", \.samplerUniformPercent),
        number(
            "renotify_hours", 0.25...168, "h",
            "Interval between two reminders of an unacknowledged critical or high incident.", \.renotifyHours),
        integer("retention_days", 8...365, "days", "Days of history that the mirrors keep.", \.retentionDays),
        Entry(
            spec: SettingSpec(
                key: "engine", kind: .choice(Engine.allCases.map(\.rawValue)),
                meaning:
                    "embedded reads from the providers, coral through the coral program, clickhouse from Langfuse's own ClickHouse."
            ),
            read: { .string($0.engine.rawValue) },
            write: { $0.engine = $1.string.flatMap(Engine.init) ?? $0.engine }),
        Entry(
            spec: SettingSpec(
                key: "langfuse_history", kind: .choice(LangfuseHistory.allCases.map(\.rawValue)),
                meaning:
                    "metrics reads hourly sums for days before yesterday: one call per day of history, not one per thousand observations."
            ),
            read: { .string($0.langfuseHistory.rawValue) },
            write: { $0.langfuseHistory = $1.string.flatMap(LangfuseHistory.init) ?? $0.langfuseHistory }),
        Entry(
            spec: SettingSpec(key: "theme", kind: .name, meaning: "The name of a file in themes/, without .json."),
            read: { .string($0.theme) }, write: { $0.theme = $1.string ?? $0.theme }),
    ]
}

extension SettingSpec {
    /// The value in its stored form.
    ///
    /// - Throws: the reason why it is invalid.
    package func accept(_ value: JSONValue) throws(SettingProblem) -> JSONValue {
        switch kind {
        case .integer(let range):
            guard let number = plainNumber(value), number == number.rounded(), range.contains(Int(clamping: number))
            else { throw problem("a whole number from \(range.lowerBound) to \(range.upperBound)", value) }
            return .integer(Int64(number))
        case .number(let range):
            guard let number = plainNumber(value), range.contains(number) else {
                throw problem("a number from \(Self.spell(range.lowerBound)) to \(Self.spell(range.upperBound))", value)
            }
            return .number(number)
        case .toggle:
            guard value.bool != nil else { throw problem("true or false", value) }
            return value
        case .choice(let choices):
            guard let text = value.string, choices.contains(text) else {
                throw problem("one of \(choices.joined(separator: ", "))", value)
            }
            return value
        case .name:
            guard let text = value.string, !text.isEmpty, text.count <= 64,
                text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
            else { throw problem("a name of letters, digits, - and _", value) }
            return value
        }
    }

    /// The allowed values, in words.
    package var range: String {
        switch kind {
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(Self.spell(range.lowerBound)) to \(Self.spell(range.upperBound))"
        case .toggle: "true or false"
        case .choice(let choices): choices.joined(separator: " or ")
        case .name: "a name"
        }
    }

    private func problem(_ wanted: String, _ value: JSONValue) -> SettingProblem {
        SettingProblem(key: key, "\(key) must be \(wanted), not \(value.serialized.prefix(60)).")
    }

    /// Only a JSON number is accepted: a string with digits is an error.
    private func plainNumber(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number.isFinite ? number : nil
        default: nil
        }
    }

    private static func spell(_ number: Double) -> String {
        number == number.rounded() ? String(Int64(number)) : "\(number)"
    }
}

extension Int {
    fileprivate init(clamping number: Double) {
        self = number >= 9e18 ? .max : number <= -9e18 ? .min : Int(number)
    }
}

extension SettingSpec {
    /// The stored form of a typed value.
    ///
    /// - Throws: the reason why it is invalid.
    package func accept(typed text: String) throws(SettingProblem) -> JSONValue {
        switch kind {
        case .integer: try accept(Int64(text).map(JSONValue.integer) ?? .string(text))
        case .number: try accept(Double(text).map(JSONValue.number) ?? .string(text))
        case .toggle: try accept(text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text))
        case .choice, .name: try accept(.string(text))
        }
    }
}
