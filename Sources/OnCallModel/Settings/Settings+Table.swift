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
        if let problem = entry.problem(accepted) { throw SettingProblem(key: key, problem) }
        entry.write(&self, accepted)
    }

    /// All settings as the document in `settings.json`.
    package var document: JSONValue {
        .object(Self.table.map { JSONValue.Member($0.spec.key, $0.read(self)) })
    }

    /// The members of the rows of a setting that is a table.
    package static func columns(of key: String) throws(SettingProblem) -> [SettingSpec] {
        guard let spec = entry(key)?.spec else { throw unknown(key) }
        guard case .table(let columns, _) = spec.kind else { throw SettingProblem(key: key, "\(key) is not a table.") }
        return columns
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
        /// Why a value, or the rows of a table together, are invalid; nil if they are valid.
        let problem: @Sendable (JSONValue) -> String?

        init<Value: JSONConvertible>(
            _ key: String, _ kind: SettingSpec.Kind, unit: String = "", _ meaning: String,
            _ path: any WritableKeyPath<Settings, Value> & Sendable,
            problem: @escaping @Sendable (Value) -> String? = { _ in nil }
        ) {
            self.problem = { json in Value(json: json).flatMap(problem) }
            spec = SettingSpec(key: key, kind: kind, meaning: meaning, unit: unit)
            read = { $0[keyPath: path].json }
            write = { settings, json in
                if let value = Value(json: json) { settings[keyPath: path] = value }
            }
        }

        init<Row: SettingRow>(
            table key: String, _ meaning: String, _ path: any WritableKeyPath<Settings, [Row]> & Sendable
        ) {
            self.init(key, Row.kind, meaning, path, problem: Row.problem)
        }
    }

    private static let table: [Entry] = [
        Entry(
            "cost_spike_multiplier", .number(1.1...100), unit: "×",
            "An hour whose cost exceeds this multiple of the 7-day hourly mean is a spike.", \.costSpikeMultiplier),
        Entry(
            "pr_risk_threshold", .integer(0...100),
            "For a pull request with a higher risk score, a review that requests changes is queued for approval.",
            \.prRiskThreshold),
        Entry(
            "agent_loop_generation_threshold", .integer(2...10_000), unit: "generations",
            "A trace with more generations than this within two hours is checked for a loop.",
            \.agentLoopGenerationThreshold),
        Entry(
            "error_cascade_threshold", .number(0...1_000_000), unit: "$", "Minimum cost of an error cascade.",
            \.errorCascadeThreshold),
        Entry(
            "loop_requires_repetition", .toggle,
            "Page for a loop only if its steps repeat; false uses the count alone.", \.loopRequiresRepetition),
        Entry(
            "tool_requires_contrast", .toggle,
            "Report a tool only if it fails more than in its own past; false uses the original rules alone.",
            \.toolRequiresContrast),
        Entry(
            "cost_baseline", .choice(CostBaseline.allCases.map(\.rawValue)),
            "seasonal also compares with the same hour of day; mean uses the 7-day mean alone.", \.costBaseline),
        Entry(
            "drift_fail_rate", .number(0.01...0.95),
            "Report drift if more than this share of a feature's latest 20 outputs does not match its snapshot.",
            \.driftFailRate),
        Entry(
            "drift_requires_contrast", .toggle,
            "Page for drift only if it is statistically significant; false uses the share alone.",
            \.driftRequiresContrast),
        Entry(
            "score_drop", .number(0.001...1_000_000),
            "Report drift if the daily mean of a score falls by more than this.", \.scoreDrop),
        Entry(
            "drift_patrol_hours", .number(0.25...168), unit: "h",
            "Interval between two checks of the outputs of all features.", \.driftPatrolHours),
        Entry(
            "cost_floor", .number(0...1_000_000), unit: "$/h", "An hour that costs less than this is never a spike.",
            \.costFloor),
        Entry(
            "auto_act_generations", .integer(2...100_000), unit: "generations",
            "Above this number of repeating generations, a loop is killed without approval.", \.autoActGenerations),
        Entry(
            "auto_act_cost_per_hour", .number(0...1_000_000), unit: "$/h",
            "Above this cost, actions run without approval.",
            \.autoActCostPerHour),
        Entry(
            "approval_hours", .number(0.05...168), unit: "h", "An approval request expires after this time.",
            \.approvalHours),
        Entry("on_call_minutes", .number(1...1440), unit: "min", "Interval between two scan cycles.", \.onCallMinutes),
        Entry(
            "loop_watch_seconds", .number(1...600), unit: "s", "Interval between two reads of an active loop.",
            \.loopWatchSeconds),
        Entry(
            "pulse_seconds", .number(5...900), unit: "s",
            "Interval between two checks of the newest observations for new loops and the cost of the running hour.",
            \.pulseSeconds),
        Entry(
            "resolve_after_minutes", .number(5...10_080), unit: "min",
            "An incident is resolved if no scan has found it for this long.", \.resolveAfterMinutes),
        Entry(
            "sampler_keep_score", .integer(1...1000), unit: "points",
            "The sampler keeps traces with at least this score; only kept traces are read in full.", \.samplerKeepScore),
        Entry(
            "sampler_uniform_percent", .number(0...100), unit: "%",
            "Share of traces that the sampler keeps regardless of their score.", \.samplerUniformPercent),
        Entry(
            "renotify_hours", .number(0.25...168), unit: "h",
            "Interval between two reminders of an unacknowledged critical or high incident.", \.renotifyHours),
        Entry(
            "retention_days", .integer(8...365), unit: "days", "Days of history that the mirrors keep.", \.retentionDays
        ),
        Entry(
            "engine", .choice(Engine.allCases.map(\.rawValue)),
            "embedded reads from the providers, coral through the coral program, clickhouse from Langfuse's own ClickHouse.",
            \.engine),
        Entry(
            "langfuse_history", .choice(LangfuseHistory.allCases.map(\.rawValue)),
            "metrics reads hourly sums for days before yesterday: one call per day of history, not one per thousand observations.",
            \.langfuseHistory),
        Entry(
            "langfuse_calls_per_minute", .integer(0...100_000),
            "Maximum calls to Langfuse per minute. With 0 the limit is what the server allows.",
            \.langfuseCallsPerMinute),
        Entry("theme", .name, "The name of a file in themes/, without .json.", \.theme),
        Entry(
            "source_down_minutes", .number(1...10_080), unit: "min",
            "An incident is opened for a source that has been down for so long.", \.sourceDownMinutes),
        Entry(
            "outside_alerts", .toggle,
            "Open an incident for each alert that Alertmanager or PagerDuty sends; false only adds alerts to incidents.",
            \.outsideAlerts),
        Entry(
            "automatic_kills", .integer(0...1000), unit: "traces",
            "So many traces may be killed without approval within ten minutes.", \.automaticKills),
        Entry(
            "wide_targets", .integer(1...10_000), unit: "targets",
            "An action with more targets than this needs the approval of two people, as does an executor that may stop more than one agent.",
            \.wideTargets),
        Entry(
            "narrator_daily_tokens", .integer(0...1_000_000_000), unit: "tokens",
            "The language model is not asked once it has used so many tokens on a UTC day; 0 never asks it.",
            \.narratorDailyTokens),
        Entry(table: "people", "Who may approve, with all names that they act by.", \.people),
        Entry(
            table: "policies", "Which actions need approval; the first rule that fits a finding decides.", \.policies),
        Entry(table: "exemptions", "What may repeat without being reported as a loop, until a date.", \.exemptions),
        Entry(
            table: "channels", "Where people are notified besides Slack: PagerDuty, a signed webhook, a program.",
            \.channels),
        Entry(
            table: "routes", "Which channels are notified of which incidents; without a route it is Slack.", \.routes),
        Entry(
            table: "quiet_hours",
            "Hours in which only critical incidents notify people; notices of others are sent afterwards.",
            \.quietHours),
        Entry(
            table: "executors",
            "How agents are stopped when they do not obey a kill, from narrow to wide, and where records are made.",
            \.executors),
        Entry(
            "pr_risk_watch", .toggle,
            "Score each open pull request when it is opened or gets new commits, and comment the score on it.",
            \.prRiskWatch),
        Entry(
            "pr_review_auto", .toggle,
            "Request changes without approval on a pull request above pr_risk_threshold that is riskier than 95 % of recent changes.",
            \.prReviewAuto),
        Entry(
            "digest_zone", .text(64),
            "The time zone of weeks, of the digest (Mondays at 09:00) and of budgets, as Europe/Berlin.", \.digestZone,
            problem: { name in
                ZoneInfo(named: name) == nil
                    ? "digest_zone must be a time zone such as Europe/Berlin, not \"\(name)\"." : nil
            }),
        Entry("digest_post", .toggle, "Post the weekly digest to Slack; false only stores it.", \.digestPost),
        Entry(
            "digest_channel", .text(80), "The Slack channel of the digest; empty uses the incidents channel.",
            \.digestChannel),
        Entry(table: "budgets", "What a project, feature, user or model may cost in a day, week or month.", \.budgets),
    ]
}
