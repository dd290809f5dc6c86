package import Basics

/// Why a setting cannot have a value, as a sentence.
package struct SettingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var key: String
    package var description: String

    package init(key: String, _ description: String) {
        (self.key, self.description) = (key, description)
    }
}

extension Settings {
    /// Every setting, in the order of `settings.json`: the seed's four first.
    package static let specs = table.map(\.spec)

    /// The value in force; nil for a key that is no setting.
    package func value(of key: String) -> JSONValue? {
        Self.entry(key)?.read(self)
    }

    /// Sets one setting, or says why not and changes nothing.
    package mutating func set(_ key: String, to value: JSONValue) throws(SettingProblem) {
        guard let entry = Self.entry(key) else { throw Self.unknown(key) }
        let accepted = try entry.spec.accept(value)
        entry.write(&self, accepted)
    }

    /// All settings as the document that `settings.json` holds.
    package var document: JSONValue {
        .object(Self.table.map { JSONValue.Member($0.spec.key, $0.read(self)) })
    }

    package static func unknown(_ key: String) -> SettingProblem {
        let hint = Suggestion.nearest(to: key, among: specs.map(\.key)).map { " Did you mean \($0)?" }
        return SettingProblem(key: key, "There is no setting \(key).\(hint ?? " docs/SETTINGS.md lists them.")")
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
            "cost_spike_multiplier", 1.1...100, "×", "An hour above this multiple of the 7-day hourly mean is a spike.",
            \.costSpikeMultiplier),
        integer(
            "pr_risk_threshold", 0...100, "", "A pull request with a risk score above this is called risky.",
            \.prRiskThreshold),
        integer(
            "agent_loop_generation_threshold", 2...10_000, "generations",
            "A trace with more generations than this within two hours is looked at as a loop.",
            \.agentLoopGenerationThreshold),
        number(
            "error_cascade_threshold", 0...1_000_000, "$", "What an error cascade must have cost to be one.",
            \.errorCascadeThreshold),
        Entry(
            spec: SettingSpec(
                key: "loop_requires_repetition", kind: .toggle,
                meaning: "A loop pages only when its steps repeat; false switches to the bare count."),
            read: { .bool($0.loopRequiresRepetition) },
            write: { $0.loopRequiresRepetition = $1.bool ?? $0.loopRequiresRepetition }),
        Entry(
            spec: SettingSpec(
                key: "tool_requires_contrast", kind: .toggle,
                meaning: "A tool fails only against its own past; false switches to the original's bare rules."),
            read: { .bool($0.toolRequiresContrast) },
            write: { $0.toolRequiresContrast = $1.bool ?? $0.toolRequiresContrast }),
        Entry(
            spec: SettingSpec(
                key: "cost_baseline", kind: .choice(CostBaseline.allCases.map(\.rawValue)),
                meaning: "seasonal compares with the same hour of day as well; mean is the bare 7-day rule."),
            read: { .string($0.costBaseline.rawValue) },
            write: { $0.costBaseline = $1.string.flatMap(CostBaseline.init) ?? $0.costBaseline }),
        number(
            "drift_fail_rate", 0.01...0.95, "",
            "Drift when more than this share of a feature's latest 20 outputs fails.",
            \.driftFailRate),
        Entry(
            spec: SettingSpec(
                key: "drift_requires_contrast", kind: .toggle,
                meaning: "Drift pages only when chance does not explain it; false switches to the bare share."),
            read: { .bool($0.driftRequiresContrast) },
            write: { $0.driftRequiresContrast = $1.bool ?? $0.driftRequiresContrast }),
        number(
            "score_drop", 0.001...1_000_000, "", "A fall of a score's daily mean by more than this is drift.",
            \.scoreDrop),
        number(
            "drift_patrol_hours", 0.25...168, "h", "How often the outputs of all features are looked at.",
            \.driftPatrolHours),
        number("cost_floor", 0...1_000_000, "$/h", "No hour below this is a spike.", \.costFloor),
        integer(
            "auto_act_generations", 2...100_000, "generations",
            "With more looped generations than this, and repetition, the gate acts alone.", \.autoActGenerations),
        number(
            "auto_act_cost_per_hour", 0...1_000_000, "$/h", "Above this the gate acts alone.", \.autoActCostPerHour),
        number("approval_hours", 0.05...168, "h", "How long a request waits for a person.", \.approvalHours),
        number("on_call_minutes", 1...1440, "min", "How often the on-call brain runs.", \.onCallMinutes),
        number("loop_watch_seconds", 1...600, "s", "How often a burning loop is read again.", \.loopWatchSeconds),
        number(
            "resolve_after_minutes", 5...10_080, "min", "An incident that no scan has seen for this long is resolved.",
            \.resolveAfterMinutes),
        integer(
            "sampler_keep_score", 1...1000, "points",
            "The sampler keeps a trace from this score on; only kept traces are read in full.", \.samplerKeepScore),
        number(
            "sampler_uniform_percent", 0...100, "%",
            "How many of a hundred traces the sampler keeps whatever they score.", \.samplerUniformPercent),
        number(
            "renotify_hours", 0.25...168, "h",
            "How often a critical or high incident that nobody has acknowledged is told again.", \.renotifyHours),
        integer("retention_days", 8...365, "days", "How much history the mirrors hold.", \.retentionDays),
        Entry(
            spec: SettingSpec(
                key: "engine", kind: .choice(Engine.allCases.map(\.rawValue)),
                meaning:
                    "embedded asks the providers, coral lets the coral program ask, clickhouse reads Langfuse's own store."
            ),
            read: { .string($0.engine.rawValue) },
            write: { $0.engine = $1.string.flatMap(Engine.init) ?? $0.engine }),
        Entry(
            spec: SettingSpec(
                key: "langfuse_history", kind: .choice(LangfuseHistory.allCases.map(\.rawValue)),
                meaning:
                    "metrics lets Langfuse add up the hours before yesterday: a call a day of history, not one a thousand observations."
            ),
            read: { .string($0.langfuseHistory.rawValue) },
            write: { $0.langfuseHistory = $1.string.flatMap(LangfuseHistory.init) ?? $0.langfuseHistory }),
        Entry(
            spec: SettingSpec(key: "theme", kind: .name, meaning: "A file of themes/ without its ending."),
            read: { .string($0.theme) }, write: { $0.theme = $1.string ?? $0.theme }),
    ]
}

extension SettingSpec {
    /// The value in the form that it is stored in, or the sentence that says what is wrong with it.
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

    /// What may stand there, in words.
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

    /// A number that was written as a number: a text that spells one is a mistake in a settings file.
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
    /// The value that a person typed, or the sentence that says what is wrong with it.
    package func accept(typed text: String) throws(SettingProblem) -> JSONValue {
        switch kind {
        case .integer: try accept(Int64(text).map(JSONValue.integer) ?? .string(text))
        case .number: try accept(Double(text).map(JSONValue.number) ?? .string(text))
        case .toggle: try accept(text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text))
        case .choice, .name: try accept(.string(text))
        }
    }
}
