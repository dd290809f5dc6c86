import Backtest
import Basics
import Configuration
import FoundationEssentials
import OnCallModel
import SourceEngine
import SourceFetch
import SourceSpec

extension Subcommand {
    static let backtest = Subcommand(
        "backtest", help: .backtest,
        options: ["--step", "--warmup", "--format"], words: 2
    ) { arguments in
        let format = try Format(arguments)
        guard let word = arguments.words.first else {
            throw UsageError.missing("detector", usage: "sentinel backtest DETECTOR [FILE]")
        }
        if word == "example" { return try writeExample(arguments) }
        guard let type = DetectionType(rawValue: word) else {
            throw UsageError.invalidChoice(word, of: "DETECTOR", among: DetectionType.allCases.map(\.rawValue))
        }
        if type.traits.judgesOutputs, arguments.words.count < 2 {
            throw UsageError.outputsRequired(by: word)
        }
        guard Replay.knows(type) else { throw Failure.cannotReplay(type.rawValue) }
        let trial = try await BacktestTrial(type, arguments)
        defer { trial.close() }
        let report = try await trial.run()
        Output.write(format == .json ? report.json.serialized + "\n" : report.text)
        return .done
    }
}

extension Subcommand {
    private static func writeExample(_ arguments: Arguments) throws -> ExitStatus {
        guard let folder = arguments.words.dropFirst().first else {
            throw UsageError.missing("folder", usage: "sentinel backtest example DIR")
        }
        try Files.makeFolder(folder)
        for (name, text) in [
            ("cost.csv", Example.hourlyCost), ("traces.jsonl", Example.traces), ("tools.jsonl", Example.tools),
            ("outputs.jsonl", Example.outputs),
        ] {
            try Files.replace("\(folder)/\(name)", with: Array(text.utf8), mode: 0o644)
            Output.line("\(folder)/\(name)")
        }
        return .done
    }
}

/// One backtest: a history, and the engine that replays it.
private struct BacktestTrial: Sendable {
    private let type: DetectionType
    private let settings: Settings
    private let replay: Replay
    private let history: LabelledHistory
    private let span: (from: Instant, to: Instant)
    private let step: Span
    private let warmup: Span
    private let folder: String?

    init(_ type: DetectionType, _ arguments: Arguments) async throws {
        let composition = try Composition(arguments)
        self.type = type
        settings = try composition.settingsFile.load()
        warmup = try Self.span(arguments["--warmup"], "--warmup") ?? .days(7)
        let file = arguments.words.dropFirst().first
        let usual = file?.hasSuffix(".csv") == true ? .hours(1) : Rules.step(of: type, settings)
        step = try Self.span(arguments["--step"], "--step") ?? usual
        guard let file else {
            folder = nil
            history = LabelledHistory()
            replay = Replay(engine: composition.engine, type: type, freshness: .stored)
            let found = try await composition.engine.query(
                "SELECT min(start_time), max(start_time) FROM langfuse.observations", freshness: .stored)
            guard let from = found.rows.rows.first?[0].instant, let to = found.rows.rows.first?[1].instant else {
                throw Failure.emptyMirror
            }
            span = (from, to)
            return
        }
        history = try Self.read(file)
        for problem in history.problems.prefix(10) { Output.complain("\(file): \(problem)") }
        guard let whole = history.span else { throw Failure.noObservations(in: file) }
        span = whole
        let place = "\(FileManager.default.temporaryDirectory.path)/sentinel-backtest-\(UUID().uuidString)"
        folder = place
        let now = Lock(whole.from)
        let clock = WallClock { now.withLock { $0 } }
        let engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: place, specs: composition.catalog.specs.filter { $0.name == "langfuse" },
                pages: HistoryPages(history, clock: clock), inputs: { _ in "file" }, clock: clock,
                retention: .days(60)))
        replay = Replay(engine: engine, type: type) { moment in now.withLock { $0 = moment } }
    }

    /// The text of a setting's value: a whole number has no fraction.
    static func spell(_ value: Double) -> String {
        Figures.decimal(value, digits: value == value.rounded() ? 0 : 1)
    }

    func close() {
        if let folder { try? FileManager.default.removeItem(atPath: folder) }
    }

    private static func read(_ file: String) throws -> LabelledHistory {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw Failure.notReadable(file)
        }
        return file.hasSuffix(".csv") ? LabelledHistory(csv: text) : LabelledHistory(lines: text)
    }

    private static func span(_ text: String?, _ option: String) throws -> Span? {
        guard let text else { return nil }
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count > 0 else {
            throw UsageError.invalidDuration(option, text, example: "15m, 1h or 7d")
        }
        return .seconds(count * unit)
    }

    func run() async throws -> BacktestReport {
        let start = min(span.from + warmup, span.to)
        let events = history.events.filter { $0.type == type && $0.to >= start }
        var report = BacktestReport(type: type, from: start, to: span.to)
        func measure(_ rule: Settings) async throws -> (Score, [Alert]) {
            let alerts = try await replay.alerts(from: start, to: span.to + step, step: step, settings: rule)
            return (Score(alerts, against: events, over: span.to - start, tolerance: step + .hours(1)), alerts)
        }
        report.lines.append(("the original's rule", try await measure(Rules.seed(settings)).0))
        let (ours, alerts) = try await measure(settings)
        report.lines.append(("settings in force", ours))
        report.alerts = alerts
        guard let threshold = type.traits.threshold, !events.isEmpty else { return report }
        var best: (value: Double, score: Score)?
        for value in threshold.values {
            let (score, _) = try await measure(try Rules.with(value, for: type, in: settings))
            // At equal balance, the threshold with fewer false pages wins, then the higher one.
            let known = best.map { ($0.score.balance, -$0.score.falseAWeek) } ?? (-1, 0)
            if (score.balance, -score.falseAWeek) >= known { best = (value, score) }
        }
        if let best {
            report.lines.append(("\(threshold.setting) \(Self.spell(best.value))", best.score))
            report.suggestion = (threshold.setting, best.value)
        }
        return report
    }
}

/// The result of a backtest.
private struct BacktestReport: Sendable {
    var type: DetectionType
    var from: Instant
    var to: Instant
    var lines: [(rule: String, score: Score)] = []
    var alerts: [Alert] = []
    var suggestion: (key: String, value: Double)?

    init(type: DetectionType, from: Instant, to: Instant) {
        (self.type, self.from, self.to) = (type, from, to)
    }

    var text: String {
        let rows = lines.map { rule, score -> [Value] in
            [
                .text(rule), .text("\(score.found) of \(score.events)"), Value(score.alerts),
                .text(Self.share(score.precision, score.precisionInterval)),
                .text(Self.share(score.recall, score.recallInterval)),
                .text(Figures.decimal(score.falseAWeek, digits: 2)),
                .text(score.medianDelay.map(Figures.duration) ?? ""),
            ]
        }
        let head = "\(type.rawValue) from \(from.iso8601Seconds) to \(to.iso8601Seconds)\n"
        let table = TextTable(
            ["rule", "events found", "alerts", "precision", "recall", "false pages/week", "median delay"], rows
        ).text
        let list = alerts.prefix(20).map { "\($0.from.iso8601Seconds)  \(TextTable.inert($0.sentence))\n" }.joined()
        let advice = suggestion.map {
            "Suggested: sentinel settings set \($0.key) \(BacktestTrial.spell($0.value))\n"
        }
        return head + table + list + (advice ?? "")
    }

    private static func share(_ share: Double?, _ interval: ClosedRange<Double>?) -> String {
        guard let share, let interval else { return "" }
        return
            "\(Figures.percent(share)) (\(Figures.percent(interval.lowerBound)) to \(Figures.percent(interval.upperBound)))"
    }

    var json: JSONValue {
        .fields([
            "detector": .string(type.rawValue), "from": JSONValue(from), "to": JSONValue(to),
            "rules": .array(lines.map { Self.json($0.rule, $0.score) }),
            "alerts": .array(
                alerts.map {
                    .fields([
                        "subject": .string($0.subject), "from": JSONValue($0.from), "to": JSONValue($0.to),
                        "sentence": .string($0.sentence),
                    ])
                }),
            "suggestion": suggestion.map { .fields(["key": .string($0.key), "value": .number($0.value)]) } ?? .null,
        ])
    }

    private static func json(_ rule: String, _ score: Score) -> JSONValue {
        func pair(_ interval: ClosedRange<Double>?) -> JSONValue {
            interval.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
        }
        return .fields([
            "rule": .string(rule), "events": JSONValue(score.events), "found": JSONValue(score.found),
            "alerts": JSONValue(score.alerts), "precision": score.precision.map(JSONValue.number) ?? .null,
            "precision_interval": pair(score.precisionInterval), "recall": score.recall.map(JSONValue.number) ?? .null,
            "recall_interval": pair(score.recallInterval), "false_pages_a_week": .number(score.falseAWeek),
            "median_delay_seconds": score.medianDelay.map { .number($0.seconds) } ?? .null,
        ])
    }
}
