import Basics
import Detectors
import OnCallModel

/// Planted outputs of features, and the rows that the drift detector's statements would have over them.
struct PlantedOutputs {
    struct Output {
        var name = "support-bot"
        var type = "GENERATION"
        var at: Instant
        var body: String?
        var promptVersion: Int?
        var model = "gpt-4o-mini"
        var release: String?
        var level = "DEFAULT"
        var parent: String?
        var isOpen = false
    }

    struct Score {
        var feature = "support-bot"
        var name = "helpfulness"
        var value: Double
        var at: Instant
    }

    var outputs: [Output] = []
    var scores: [Score] = []
    var promptCreated: [Int: Instant] = [:]
    /// Statements for outputs fail for these features.
    var broken: Set<String> = []

    static let now = Instant(iso8601: "2026-11-24T14:00:00Z") ?? Instant(milliseconds: 0)

    /// What one run found, and how often it asked for outputs.
    struct Run {
        var report: DetectorReport
        var calls: Int

        var finding: Finding? { report.findings.first }
        func snapshot(_ name: String = "support-bot") -> FeatureSnapshot? {
            report.snapshots.first { $0.feature == name }
        }
    }

    func run(
        now: Instant = Self.now, settings: Settings = Settings(), effort: DetectorContext.Effort = .thorough,
        snapshots: [FeatureSnapshot] = [], open: Set<String> = []
    ) -> Run {
        var detector = PromptDriftDetector()
        var step = detector.start(
            DetectorContext(
                now: now, settings: settings, effort: effort, openSubjects: [.promptDrift: open],
                snapshots: Dictionary(uniqueKeysWithValues: snapshots.map { ($0.feature, $0) })))
        var calls = 0
        while true {
            switch step {
            case .report(let report): return Run(report: report, calls: calls)
            case .query(let query):
                if query.sql.contains("from_start_time") { calls += 1 }
                step = detector.receive(rows(query, now))
            }
        }
    }

    // MARK: rows

    private func rows(_ query: DetectorQuery, _ now: Instant) -> RowSet {
        let sql = query.sql
        if sql.contains("from_start_time") { return outputRows(query) }
        if sql.contains("first_prompt") { return history(query) }
        if sql.contains("MIN(hour)") { return beginnings(query) }
        if sql.contains("prompt_versions") { return promptVersion(query) }
        if sql.contains("is_now") { return scoreRows(now) }
        if sql.contains("AVG(value)") { return minutes(query) }
        if sql.contains("langfuse.scores") {
            let recent = scores.count { $0.at >= now - .hours(24) && $0.at <= now }
            return RowSet(columns: ["scores"], rows: [[Value(recent)]])
        }
        return features(query, now, byHour: sql.contains("hourly"))
    }

    private func features(_ query: DetectorQuery, _ now: Instant, byHour: Bool) -> RowSet {
        let from = query.parameters[0].instant ?? now
        let known = outputs.filter { output in
            let isRoot = output.parent == nil && ["AGENT", "CHAIN", "SPAN"].contains(output.type)
            return output.at >= from && output.at <= now && (output.type == "GENERATION" || !byHour && isRoot)
        }
        let groups = Dictionary(grouping: known) { "\($0.name)\u{1F}\($0.type)" }
        return RowSet(
            columns: ["name", "type", "outputs", "newest"],
            rows: groups.values.map { group in
                let newest = group.map(\.at).max() ?? now
                return [
                    .text(group[0].name), .text(group[0].type), Value(group.count),
                    Value(byHour ? newest.startOfHour : newest),
                ]
            })
    }

    private func history(_ query: DetectorQuery) -> RowSet {
        let from = query.parameters[0].instant ?? Self.now
        let groups = Dictionary(grouping: outputs.filter { $0.at >= from }) { "\($0.name)\u{1F}\($0.type)" }
        return RowSet(
            columns: ["name", "type", "outputs", "first_prompt", "last_prompt", "first_model", "last_model"],
            rows: groups.values.map { group in
                let prompts = group.compactMap(\.promptVersion)
                return [
                    .text(group[0].name), .text(group[0].type), Value(group.count), Value(prompts.min()),
                    Value(prompts.max()), Value(group.map(\.model).min()), Value(group.map(\.model).max()),
                ]
            })
    }

    private func outputRows(_ query: DetectorQuery) -> RowSet {
        let (name, type) = (query.parameters[0].text ?? "", query.parameters[1].text ?? "")
        guard !broken.contains(name), let from = query.parameters[2].instant, let to = query.parameters[3].instant,
            let limit = query.sql.split(separator: " ").last.flatMap({ Int($0) })
        else { return RowSet(columns: []) }
        let found = outputs.enumerated().filter { _, output in
            output.name == name && output.type == type && output.at >= from && output.at < to
        }.sorted { ($0.element.at, $0.offset) > ($1.element.at, $1.offset) }.prefix(limit)
        return RowSet(
            columns: [
                "id", "trace_id", "parent_observation_id", "start_time", "end_time", "level", "model", "prompt_name",
                "prompt_version", "release", "version", "environment", "output",
            ],
            rows: found.map { place, output in
                [
                    .text("o\(place)"), .text("t\(place)"), Value(output.parent), Value(output.at),
                    output.isOpen ? .null : Value(output.at + .seconds(2)), .text(output.level), .text(output.model),
                    output.promptVersion == nil ? .null : .text(output.name), Value(output.promptVersion),
                    Value(output.release), .null, "production", Value(output.body),
                ]
            })
    }

    private func beginnings(_ query: DetectorQuery) -> RowSet {
        let groups = Dictionary(grouping: outputs.filter { $0.name == query.parameters[1].text }) { output in
            "\(output.promptVersion ?? 0) \(output.model)"
        }
        let hours = groups.values.compactMap { $0.map(\.at.startOfHour).min() }.sorted()
        return RowSet(columns: ["hour"], rows: hours.map { [Value($0)] })
    }

    private func promptVersion(_ query: DetectorQuery) -> RowSet {
        let created = query.parameters[1].integer.flatMap { promptCreated[$0] }
        return RowSet(
            columns: ["created_at", "created_by", "commit_message"],
            rows: created.map { [[Value($0), "API", "shorter answers"]] } ?? [])
    }

    private func scoreRows(_ now: Instant) -> RowSet {
        RowSet(
            columns: ["feature", "score", "value", "is_now", "scores"],
            rows: scores.filter { $0.at >= now - .days(7) && $0.at <= now }.map { score in
                [
                    .text(score.feature), .text(score.name), .real(score.value),
                    Value(score.at >= now - .hours(24) ? 1 : 0), 1,
                ]
            })
    }

    private func minutes(_ query: DetectorQuery) -> RowSet {
        let groups = Dictionary(grouping: scores.filter { $0.name == query.parameters[0].text }) {
            $0.at.floored(to: .minutes(1))
        }
        return RowSet(
            columns: ["minute", "mean", "scores"],
            rows: groups.map { minute, scores in
                [Value(minute), .real(scores.reduce(0) { $0 + $1.value } / Double(scores.count)), Value(scores.count)]
            })
    }
}

extension PlantedOutputs {
    /// `count` outputs, one each `every`, the last one `ending` before now.
    mutating func add(
        _ count: Int, every: Span = .minutes(1), ending: Span, name: String = "support-bot",
        promptVersion: Int? = nil, model: String = "gpt-4o-mini", release: String? = nil,
        _ body: (Int) -> String?
    ) {
        let last = Self.now - ending
        for place in 0..<count {
            let back = Span.milliseconds(every.milliseconds * Int64(count - 1 - place))
            outputs.append(
                Output(
                    name: name, at: last - back, body: body(place), promptVersion: promptVersion, model: model,
                    release: release))
        }
    }

    /// What a sound support bot gives.
    static func good(_ place: Int) -> String {
        """
        {"response": "text \(place)", "confidence": 0.\(80 + place % 20), "category": "billing",
         "customer": {"tier": "gold", "seats": \(place)}, "steps": [{"id": \(place), "done": true}], "note": "x"}
        """
    }
}
