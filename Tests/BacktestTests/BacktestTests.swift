import Basics
import OnCallModel
import SourceSpec
import TestSupport
import Testing

@testable import Backtest

@Suite("Backtests")
struct BacktestTests {
    @Test("Hourly values with labels become hours of cost, and labels that touch become one event")
    func csv() {
        let history = LabelledHistory(
            csv: """
                time,cost,label
                2026-11-01T00:00:00Z,4.20,0
                2026-11-01T01:00:00Z,44,1
                2026-11-01 02:00:00,40,1
                nonsense,1,0
                2026-11-01T03:00:00Z,nan,0
                2026-11-01T09:00:00Z,50,true
                """)
        #expect(history.rows.count == 4)
        #expect(history.problems.count == 2)
        #expect(
            history.events.map(\.from) == [
                Instant(iso8601: "2026-11-01T01:00:00Z"), Instant(iso8601: "2026-11-01T09:00:00Z"),
            ])
        #expect(history.events[0].to == Instant(iso8601: "2026-11-01T02:59:00Z"))
    }

    @Test("Observations with labels are read under either spelling, and a label names its trace")
    func lines() {
        let history = LabelledHistory(
            lines: """
                {"id":"a","traceId":"t1","type":"GENERATION","name":"x","startTime":"2026-11-01T00:00:00Z","label":"agent_loop"}
                {"id":"b","trace_id":"t1","type":"GENERATION","name":"x","start_time":"2026-11-01T00:05:00Z","label":"agent_loop"}
                {"id":"c","trace_id":"t2","type":"GENERATION","name":"y","start_time":"2026-11-01T00:05:00Z"}
                {"id":"d","trace_id":"t2","start_time":"2026-11-01T00:05:00Z","label":"nonsense"}
                [1]
                """)
        #expect(history.rows.count == 3)
        #expect(history.problems.count == 2)
        #expect(history.events.map(\.subject) == ["t1"])
        #expect(history.events.first.map { $0.to - $0.from } == .minutes(5))
    }

    @Test("Precision, recall, false pages and delay are those of the alerts, with Wilson's intervals")
    func score() throws {
        let start = Instant(iso8601: "2026-11-01T00:00:00Z")!
        func alert(_ hour: Double, _ subject: String = "s") -> Alert {
            Alert(subject: subject, from: start + .hours(hour), to: start + .hours(hour), sentence: "")
        }
        let events = [10.0, 20, 30].map {
            LabelledEvent(type: .costSpike, from: start + .hours($0), to: start + .hours($0 + 1))
        }
        let score = Score(
            [alert(10.5), alert(20), alert(21), alert(50)], against: events, over: .days(7), tolerance: .minutes(15))
        #expect(score.found == 2 && score.alerts == 4 && score.correctAlerts == 3)
        #expect(score.recall == 2.0 / 3 && score.precision == 0.75 && score.falseAWeek == 1)
        #expect(score.medianDelay == .minutes(30))
        let interval = try #require(score.recallInterval)
        // Wilson, 2 of 3 at 95 %: 0.2077 to 0.9385.
        #expect(abs(interval.lowerBound - 0.2077) < 0.0005 && abs(interval.upperBound - 0.9385) < 0.0005)
    }

    @Test(
        "A planted spike is found where it was planted and nowhere else; the original rule also alerts at a nightly batch"
    )
    func spike() async throws {
        var lines = ["hour,cost,label"]
        let start = Instant(iso8601: "2026-10-01T00:00:00Z")!
        for hour in 0..<(24 * 30) {
            let isBatch = hour % 24 == 3
            let isSpike = hour == 24 * 27 + 14 || hour == 24 * 27 + 15
            let cost = isSpike ? 41.2 : isBatch ? 9.0 : 1.5 + Double(hour % 5) / 10
            lines.append("\((start + .hours(Double(hour))).iso8601),\(cost),\(isSpike ? 1 : 0)")
        }
        let trial = try Trial(LabelledHistory(csv: lines.joined(separator: "\n")), .costSpike)
        let ours = try await trial.score(Settings())
        #expect(ours.found == 1 && ours.falseAlerts == 0)
        var bare = Settings()
        bare.costBaseline = .mean
        let seed = try await trial.score(bare)
        #expect(seed.found == 1 && seed.falseAlerts > ours.falseAlerts)
    }

    @Test("The example's loops are found and its batch is not; the original count also alerts at the batch")
    func exampleTraces() async throws {
        let trial = try Trial(LabelledHistory(lines: Example.traces), .agentLoop, learning: .hours(6))
        #expect(trial.history.problems.isEmpty && trial.history.events.map(\.subject) == ["loop-1", "loop-2"])
        let ours = try await trial.score(Settings())
        #expect(ours.found == 2 && ours.falseAlerts == 0)
        let seed = try await trial.score(Rules.seed(Settings()))
        #expect(seed.found == 2 && seed.falseAlerts == 1)
    }

    @Test("An exemption reports how many alerts it hides, and how many of them are true")
    func exemptions() async throws {
        var settings = Settings()
        settings.exemptions = ["retry-search", "unused"].map { name in
            .with { ($0.feature, $0.until) = (name, Instant(iso8601: "2027-01-01")!) }
        }
        let trial = try Trial(
            LabelledHistory(lines: Example.traces), .agentLoop, learning: .hours(6), settings: settings)
        let report = try await trial.run()
        #expect(report.exemptions.map(\.score.alerts) == [1, 0])
        #expect(report.exemptions.map(\.score.correctAlerts) == [1, 0])
        #expect(report.alerts.map(\.subject) == ["loop-2"])
    }

    @Test(
        "The example's broken tool is found and the other is not; the original rules alert on both")
    func exampleTools() async throws {
        let trial = try Trial(LabelledHistory(lines: Example.tools), .toolFailure, learning: .days(7))
        #expect(trial.history.problems.isEmpty && trial.history.events.map(\.subject) == ["search_kb"])
        let ours = try await trial.score(Settings())
        #expect(ours.found == 1 && ours.falseAlerts == 0)
        let seed = try await trial.score(Rules.seed(Settings()))
        #expect(seed.falseAlerts > 0)
    }

    @Test(
        "The example's renamed keys are found once, and nothing else is; the original share alerts from its first run on"
    )
    func exampleOutputs() async throws {
        let trial = try Trial(
            LabelledHistory(lines: Example.outputs), .promptDrift, learning: .days(7), step: .hours(4))
        #expect(trial.history.problems.isEmpty && trial.history.events.map(\.subject) == ["support-bot"])
        let ours = try await trial.score(Settings())
        #expect(ours.found == 1 && ours.falseAlerts == 0)
        #expect(ours.medianDelay.map { $0 <= .hours(4) } ?? false)
        // It pages for the optional key all along, so that its one alert begins long before the trouble.
        let seed = try await trial.alerts(Rules.seed(Settings()))
        #expect(seed.first.map { $0.from < trial.history.events[0].from - .days(1) } ?? false)
    }

    /// A history and its trial, in a folder of its own.
    private struct Trial {
        let history: LabelledHistory
        private let folder = TemporaryFolder()
        private let trial: BacktestTrial

        init(
            _ history: LabelledHistory, _ type: DetectionType, learning: Span = .days(15), step: Span = .hours(1),
            settings: Settings = Settings()
        ) throws {
            self.history = history
            let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            trial = try #require(
                BacktestTrial(
                    of: type, in: history, specs: SourceCatalog.load(directory: "\(root)/sources").specs,
                    folder: folder.path, settings: settings, warmup: learning, step: step))
        }

        func run() async throws -> BacktestReport { try await trial.run() }

        func alerts(_ settings: Settings) async throws -> [Alert] { try await trial.alerts(settings) }

        func score(_ settings: Settings) async throws -> Score { trial.score(try await alerts(settings)) }
    }
}
