import Backtest
import Basics
import Configuration
import FoundationEssentials
import OnCallModel
import SourceSpec

extension Subcommand {
    static let backtest = Subcommand(
        "backtest", help: .backtest, options: ["--step", "--warmup", "--format"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        guard let word = arguments.words.first else {
            throw UsageError.missing("detector", usage: "sentinel backtest DETECTOR [FILE]")
        }
        if word == "example" { return try writeExample(arguments) }
        guard let type = DetectionType(rawValue: word) else {
            throw UsageError.invalidChoice(word, of: "DETECTOR", among: DetectionType.detected.map(\.rawValue))
        }
        if type.traits.judgesOutputs, arguments.words.count < 2 { throw UsageError.outputsRequired(by: word) }
        guard BacktestTrial.canReplay(type) else { throw Failure.cannotReplay(type.rawValue) }
        let folder = try TemporaryFolder("backtest")
        defer { withExtendedLifetime(folder) {} }
        let report = try await trial(of: type, arguments, in: folder.path).run()
        return format.write(report.json, or: report.text)
    }

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

    private static func trial(
        of type: DetectionType, _ arguments: Arguments, in folder: String
    ) async throws -> BacktestTrial {
        let composition = try Composition(arguments)
        let settings = try composition.settingsFile.load()
        let warmup = try span(arguments["--warmup"], "--warmup") ?? .days(7)
        let step = try span(arguments["--step"], "--step")
        guard let file = arguments.words.dropFirst().first else {
            let trial = try await BacktestTrial(
                of: type, storedIn: composition.engine, settings: settings, warmup: warmup, step: step)
            guard let trial else { throw Failure.emptyMirror }
            return trial
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { throw Failure.notReadable(file) }
        let isTable = file.hasSuffix(".csv")
        let history = isTable ? LabelledHistory(csv: text) : LabelledHistory(lines: text)
        for problem in history.problems.prefix(10) { Output.complain("\(file): \(problem)") }
        let trial = BacktestTrial(
            of: type, in: history, specs: composition.catalog.specs, folder: folder, settings: settings,
            warmup: warmup, step: step ?? (isTable ? .hours(1) : nil))
        guard let trial else { throw Failure.noObservations(in: file) }
        return trial
    }

    private static func span(_ text: String?, _ option: String) throws -> Span? {
        guard let text else { return nil }
        guard let span = Span(argument: text) else {
            throw UsageError.invalidDuration(option, text, example: "15m, 1h or 7d")
        }
        return span
    }
}

extension BacktestReport {
    fileprivate var text: String {
        let rows = lines.map { rule, score -> [Value] in
            [
                .text(rule), .text("\(score.found) of \(score.events)"), Value(score.alerts),
                .text(Self.share(score.precision, score.precisionInterval)),
                .text(Self.share(score.recall, score.recallInterval)),
                .text(Format.decimal(score.falseAWeek, digits: 2)),
                .text(score.medianDelay.map(Format.duration) ?? ""),
            ]
        }
        let head = "\(type.rawValue) from \(from.iso8601Seconds) to \(to.iso8601Seconds)\n"
        let table = TextTable(
            ["rule", "events found", "alerts", "precision", "recall", "false pages a week", "median delay"], rows
        ).text
        let list = alerts.prefix(20).map { "\($0.from.iso8601Seconds)  \(TextTable.inert($0.sentence))\n" }.joined()
        let advice = suggestion.map {
            "Suggested: sentinel settings set \($0.setting) \(Self.spell($0.value))\n"
        }
        let hidden = exemptions.map { exemption, score in
            let truth = score.events == 0 ? "" : ", \(score.correctAlerts) of them true"
            return TextTable.inert(
                "The exemption of \(exemption.target) (\(exemption.author): \(exemption.reason)) hides "
                    + "\(score.alerts) \(score.alerts == 1 ? "alert" : "alerts")\(truth).") + "\n"
        }
        return head + table + list + hidden.joined() + (advice ?? "")
    }

    private static func share(_ share: Double?, _ interval: ClosedRange<Double>?) -> String {
        guard let share, let interval else { return "" }
        return
            "\(Format.percent(share)) (\(Format.percent(interval.lowerBound)) to \(Format.percent(interval.upperBound)))"
    }

    fileprivate var json: JSONValue {
        .fields([
            "detector": .string(type.rawValue), "from": JSONValue(from), "to": JSONValue(to),
            "rules": .array(lines.map { Self.json($0.rule, $0.score) }),
            "alerts": .array(
                alerts.map { alert in
                    [
                        "subject": .string(alert.subject), "from": JSONValue(alert.from), "to": JSONValue(alert.to),
                        "sentence": .string(alert.sentence),
                    ]
                }),
            "exemptions": .array(
                exemptions.map { hidden in
                    [
                        "exemption": hidden.exemption.json, "alerts": JSONValue(hidden.score.alerts),
                        "true": JSONValue(hidden.score.events == 0 ? nil : hidden.score.correctAlerts),
                    ]
                }),
            "suggestion": suggestion.map { ["key": .string($0.setting), "value": .number($0.value)] } ?? .null,
        ])
    }

    private static func json(_ rule: String, _ score: Score) -> JSONValue {
        func pair(_ interval: ClosedRange<Double>?) -> JSONValue {
            interval.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
        }
        return .fields([
            "rule": .string(rule), "events": JSONValue(score.events), "found": JSONValue(score.found),
            "alerts": JSONValue(score.alerts), "precision": JSONValue(score.precision),
            "precision_interval": pair(score.precisionInterval), "recall": JSONValue(score.recall),
            "recall_interval": pair(score.recallInterval), "false_pages_a_week": .number(score.falseAWeek),
            "median_delay_seconds": JSONValue(score.medianDelay?.seconds),
        ])
    }
}
