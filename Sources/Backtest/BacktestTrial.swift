package import Basics
package import OnCallModel
package import SourceEngine
package import SourceSpec

/// Replays one detector over one history, under the rules that a backtest compares.
package struct BacktestTrial: Sendable {
    private let type: DetectionType
    private let settings: Settings
    private let replay: Replay
    private let events: [LabelledEvent]
    /// Where measuring starts, after the warm-up, and where it ends.
    private let span: (from: Instant, to: Instant)
    /// The time between two runs of the detector.
    private let step: Span

    private init(
        _ type: DetectionType, _ settings: Settings, _ replay: Replay, _ events: [LabelledEvent],
        over span: (from: Instant, to: Instant), warmup: Span, step: Span?
    ) {
        let start = min(span.from + warmup, span.to)
        (self.type, self.settings, self.replay, self.span) = (type, settings, replay, (start, span.to))
        self.events = events.filter { $0.type == type && $0.to >= start }
        self.step = step ?? Rules.step(of: type, settings)
    }

    /// Replays the stored observations of Langfuse; nil when there are none. Without `step` it is the detector's own.
    package init?(
        of type: DetectionType, storedIn engine: SourceEngine, settings: Settings, warmup: Span, step: Span?
    ) async throws {
        let found = try await engine.query(
            "SELECT min(start_time), max(start_time) FROM langfuse.observations", freshness: .stored)
        guard let from = found.rows.rows.first?[0].instant, let to = found.rows.rows.first?[1].instant else {
            return nil
        }
        let replay = Replay(engine: engine, type: type, freshness: .stored)
        self.init(type, settings, replay, [], over: (from, to), warmup: warmup, step: step)
    }

    /// Replays a history through an engine of its own, with its mirror in `folder`; nil when the history is empty.
    package init?(
        of type: DetectionType, in history: LabelledHistory, specs: [SourceSpec], folder: String, settings: Settings,
        warmup: Span, step: Span?
    ) {
        guard let span = history.span else { return nil }
        let now = Lock(span.from)
        let clock = WallClock { now.withLock { $0 } }
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: folder, specs: specs.filter { $0.name == "langfuse" },
            pages: HistoryPages(history, clock: clock), inputs: { _ in "file" }, clock: clock)
        configuration.retention = .days(60)
        let replay = Replay(engine: SourceEngine(configuration), type: type) { moment in now.withLock { $0 = moment } }
        self.init(type, settings, replay, history.events, over: span, warmup: warmup, step: step)
    }

    /// Whether there is a detector to replay.
    package static func canReplay(_ type: DetectionType) -> Bool { Replay.detector(of: type) != nil }

    func alerts(_ rule: Settings) async throws -> [Alert] {
        try await replay.alerts(from: span.from, to: span.to + step, step: step, settings: rule)
    }

    func score(_ alerts: [Alert]) -> Score {
        Score(alerts, against: events, over: span.to - span.from, tolerance: step + .hours(1))
    }

    /// What each exemption hides by itself.
    private func exemptions() async throws -> [BacktestReport.Hidden] {
        guard type.traits.subject == .trace, !settings.exemptions.isEmpty else { return [] }
        var rule = settings
        rule.exemptions = []
        let all = try await alerts(rule)
        var hidden: [BacktestReport.Hidden] = []
        for exemption in settings.exemptions {
            rule.exemptions = [exemption]
            let shown = Set(try await alerts(rule).map(\.subject))
            hidden.append((exemption, score(all.filter { !shown.contains($0.subject) })))
        }
        return hidden
    }

    /// Measures the original's rule, the settings and, where events are labelled, the best threshold.
    package func run() async throws -> BacktestReport {
        var report = BacktestReport(type: type, from: span.from, to: span.to)
        report.lines.append(("the original's rule", score(try await alerts(Rules.seed(settings)))))
        report.alerts = try await alerts(settings)
        report.lines.append(("settings in force", score(report.alerts)))
        report.exemptions = try await exemptions()
        guard let threshold = type.traits.threshold, !events.isEmpty else { return report }
        var best: (value: Double, score: Score)?
        for value in threshold.values {
            let score = score(try await alerts(try Rules.with(value, for: type, in: settings)))
            // At equal balance, the threshold with fewer false pages wins, then the higher one.
            let known = best.map { ($0.score.balance, -$0.score.falseAWeek) } ?? (-1, 0)
            if (score.balance, -score.falseAWeek) >= known { best = (value, score) }
        }
        if let best {
            report.suggestion = (threshold.setting, best.value)
            report.lines.append(("\(threshold.setting) \(BacktestReport.spell(best.value))", best.score))
        }
        return report
    }
}

/// The result of a backtest.
package struct BacktestReport: Sendable {
    package let type: DetectionType
    package let from: Instant
    package let to: Instant
    package var lines: [(rule: String, score: Score)] = []
    /// Those of the settings in force.
    package var alerts: [Alert] = []
    /// An exemption, and the alerts that it hides.
    package typealias Hidden = (exemption: Exemption, score: Score)
    package var exemptions: [Hidden] = []
    package var suggestion: (setting: String, value: Double)?

    /// The text of a setting's value: a whole number has no fraction.
    package static func spell(_ value: Double) -> String {
        Format.decimal(value, digits: value == value.rounded() ? 0 : 1)
    }
}
