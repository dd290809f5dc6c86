import Basics
import DetectorWorld
import Detectors
import OnCallModel
import SourceEngine
import Testing

@Suite("Cost spikes")
struct CostSpikeTests {
    /// 2026-11-24, twenty past four.
    let now = Instant(iso8601: "2026-11-24T04:20:00Z")!

    private func context(_ change: (inout DetectorContext) -> Void = { _ in }) -> DetectorContext {
        var context = DetectorContext(now: now, settings: Settings())
        change(&context)
        return context
    }

    /// `cost` of each complete hour counted back from the latest (0), in `perHour` equal observations; nil is an hour without
    /// traffic. The running hour has the rate of -1, unless `running` is its cost in its first minutes.
    private func history(
        hours: Int, perHour: Int = 1, running: Double? = nil, cost: (Int) -> Double?
    ) -> SyntheticRows {
        var rows = SyntheticRows()
        for back in 0..<hours {
            guard let cost = cost(back) else { continue }
            rows.observations += (0..<perHour).map { index in
                let minute = (Double(index) + 0.5) * 60 / Double(perHour)
                return ObservationRow(at: start(back) + .minutes(minute)) {
                    $0.totalCost = .real(cost / Double(perHour))
                }
            }
        }
        let spent = running ?? (cost(-1) ?? 0) / 3
        let pause = running == nil ? Span.minutes(4) : .seconds(30)
        rows.observations += (0..<5).map { index in
            ObservationRow(at: now.startOfHour + .seconds(pause.seconds * Double(index))) {
                $0.totalCost = .real(spent / 5)
            }
        }
        return rows
    }

    /// The start of a complete hour counted back from the latest (0).
    private func start(_ back: Int) -> Instant { now.startOfHour - .hours(Double(back + 1)) }

    private func detect(_ rows: SyntheticRows, _ context: DetectorContext? = nil) async throws -> DetectorReport {
        try await DetectorWorld(rows).run(CostSpikeDetector(), context ?? self.context()).report
    }

    @Test("an hour at 7 times the mean is critical, with its figures in the sentence")
    func spike() async throws {
        let report = try await detect(history(hours: 192, perHour: 15) { $0 < 0 ? 7 : $0 == 0 ? 6.9 : 1 })
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && report.state == .ok)
        #expect(finding.severity == .critical)
        #expect(finding.onset.startOfHour == start(0))
        #expect(abs(finding.costPerHour - 7) < 0.01)
        #expect(finding.description.contains("04:00 to 04:20 UTC cost $2.33, $7.00 an hour"))
        #expect(finding.description.contains("×7.0 the 7-day mean of $1.00 an hour"))
        #expect(finding.evidence["unit_price_ratio"]?.double.map { $0 > 6.9 } == true)
    }

    @Test("three minutes of data never alarm, whatever they cost (row 20)")
    func threeMinutes() async throws {
        let rows = history(hours: 192, running: 50) { _ in 1 }
        let early = context { $0.now = now.startOfHour + .minutes(3) }
        #expect(try await detect(rows, early).findings.isEmpty)
        #expect(try await detect(rows).findings.count == 1)
    }

    @Test("an hourly job that spends everything in the first minutes of each hour is not a spike")
    func hourlyJob() async throws {
        #expect(try await detect(history(hours: 192, running: 2) { _ in 2 }).findings.isEmpty)
    }

    @Test("every scan of a lasting spike has one fingerprint, one onset, and still alarms on the second day (row 18)")
    func lastingSpike() async throws {
        let world = DetectorWorld(history(hours: 232, perHour: 15) { $0 < 40 ? 6 : 1 })
        var (fingerprints, onsets): (Set<Fingerprint>, Set<Instant>) = ([], [])
        for hours in 1...40 {
            let scan = context { $0.now = now - .hours(Double(40 - hours)) }
            let report = try await world.run(CostSpikeDetector(), scan).report
            #expect(report.findings.count == 1, "after \(hours) hours")
            for finding in report.findings {
                fingerprints.insert(finding.fingerprint)
                onsets.insert(finding.onset)
            }
        }
        #expect(fingerprints.count == 1)
        #expect(onsets.map(\.startOfHour) == [start(39)])
    }

    @Test("hours of past incidents are not in the baseline (row 18)")
    func incidentHours() async throws {
        let rows = history(hours: 192) { $0 <= 0 ? 4 : (30..<70).contains($0) ? 8 : 1 }
        #expect(try await detect(rows).findings.isEmpty)
        let labelled = context {
            $0.past = [
                PastFinding(subject: "project", firstSeen: start(69), lastSeen: start(30), isResolved: true)
            ]
        }
        #expect(try await detect(rows, labelled).findings.count == 1)
    }

    @Test("a nightly batch is a note once the hour of day is known, and pages under the original rule")
    func nightlyBatch() async throws {
        let rows = history(hours: 28 * 24, running: 0.3) { $0 % 24 == 0 ? 12 : 1 }
        let report = try await detect(rows)
        #expect(report.findings.allSatisfy { $0.isNote } && report.findings.count == 1)
        let bare = context { $0.settings.costBaseline = .mean }
        #expect(try await detect(rows, bare).findings.first?.severity == .critical)
    }

    @Test("with 28 days the sentence says what the hour of day never exceeded")
    func seasonal() async throws {
        let world = DetectorWorld(history(hours: 28 * 24) { $0 <= 0 ? 41.2 : 1 })
        // The mirror starts with eight days and grows with the weeks.
        for weeks in [3.0, 2, 1] {
            let report = try await world.run(CostSpikeDetector(), context { $0.now = now - .days(7 * weeks) }).report
            #expect(report.findings.isEmpty)
        }
        let finding = try #require(try await world.run(CostSpikeDetector(), context()).report.findings.first)
        #expect(finding.severity == .critical)
        #expect(finding.description.contains("this hour of day never exceeded $1.00 in 28 days"))
    }

    @Test("the first day is learning, and no one is paged (row 17)")
    func learning() async throws {
        let report = try await detect(history(hours: 20) { $0 <= 0 ? 9 : 1 })
        #expect(report.state == .learning && report.message == "learning (20 of 168 h)")
        #expect(report.findings.allSatisfy { $0.isNote })
        #expect(try await detect(SyntheticRows()).state == .noData)
    }

    @Test("after hours that cost nothing, a real cost is one finding and a small one is none")
    func zeroBaseline() async throws {
        let finding = try #require(try await detect(history(hours: 192) { $0 <= 0 ? 4 : 0 }).findings.first)
        #expect(finding.description.contains("the 168 hours before cost nothing"))
        #expect(finding.evidence["ratio"] == nil)
        #expect(try await detect(history(hours: 192) { $0 <= 0 ? 0.4 : 0 }).findings.isEmpty)
    }

    @Test("an hour without traffic counts 0 in the mean")
    func gaps() async throws {
        #expect(try await detect(history(hours: 168) { $0 == 0 ? 2 : 1 }).findings.isEmpty)
        let sparse = history(hours: 168) { $0 == 0 ? 2 : $0 < 0 || $0 % 4 == 3 ? 1 : nil }
        #expect(try await detect(sparse).findings.count == 1)
    }

    @Test("invalid costs are counted and skipped (row 25)", arguments: [-3, 1e9, .infinity])
    func poisoned(_ cost: Double) async throws {
        var rows = history(hours: 192) { $0 <= 0 ? 7 : 1 }
        rows.observations[100].totalCost = .real(cost)
        rows.observations[101].totalCost = .null
        let report = try await detect(rows)
        #expect(report.findings.first?.severity == .critical)
        #expect(report.skipped == ["1 observations: invalid cost (not a number, or negative)."])
    }

    @Test("an hour with an invalid amount is not in the baseline (row 25)", arguments: [Double.nan, -3, .infinity])
    func poisonedHour(_ cost: Double) async throws {
        let world = DetectorWorld(history(hours: 192) { $0 <= 0 ? 7 : 1 })
        var isFirst = true
        let ask = Ask { query throws(QueryFailure) in
            var rows = (try? await world.ask(query, at: now))?.rows ?? RowSet(columns: [])
            if isFirst { rows.rows[100][1] = .real(cost) }
            isFirst = false
            return (rows, [])
        }
        var memory: [String: Never] = [:]
        let report = try await CostSpikeDetector().run(context(), memory: &memory, ask: ask)
        #expect(report.findings.first?.severity == .critical)
        #expect(report.skipped.count == 1)
    }

    @Test("the feature that explains the increase is the subject, and its open incident keeps it")
    func subject() async throws {
        var rows = history(hours: 192) { _ in 1 }
        rows.observations += (0..<20).map { index in
            ObservationRow(at: start(0) + .minutes(Double(index))) {
                ($0.name, $0.model, $0.totalCost) = ("spike-gen", "gpt-4", 0.33)
            }
        }
        let finding = try #require(try await detect(rows).findings.first)
        #expect(finding.subject == "spike-gen")
        #expect(finding.description.contains("gpt-4 instead of gpt-4o-mini"))
        #expect(finding.description.contains("spike-gen explains 100 % of the increase and cost nothing before"))
        let open = context {
            $0.past = [PastFinding(subject: "project", firstSeen: start(0), lastSeen: now, isResolved: false)]
        }
        #expect(try await detect(rows, open).findings.first?.subject == "project")
    }

    @Test("flat traffic with noise, at any scale and hour, never alarms", arguments: 0..<20)
    func noise(_ seed: Int) async throws {
        var random = SeededRandom(UInt64(seed) &+ 7)
        let scale = Double.random(in: 0.01...500, using: &random)
        let days = Int.random(in: 2...30, using: &random)
        let spread = Double.random(in: 0...0.6, using: &random)
        let rows = history(hours: days * 24) { _ in
            scale * Double.random(in: (1 - spread)...(1 + spread), using: &random)
        }
        #expect(try await detect(rows).findings.isEmpty)
    }

    @Test("the provider's sums stand in for hours that are not read yet, scaled by what rows of the same hours cost")
    func sums() async throws {
        // Wrapping spans make each sum three times what was spent.
        for (share, phrase) in [(3.0, "(the provider's sums ×0.33: spans repeat usage)"), (1, "(the provider's sums)")]
        {
            let rows = history(hours: 26, perHour: 15) { $0 < 0 ? 7 : 1 }
            let sums = CostSums((0..<192).map { .init(hour: start($0), cost: share, observations: 15) })
            let report = try await DetectorWorld(rows).run(CostSpikeDetector(sums: sums), context()).report
            let finding = try #require(report.findings.first)
            #expect(finding.severity == .critical)
            #expect(finding.description.contains("the 7-day mean of $1.00 an hour \(phrase)"), "\(finding.description)")
            #expect(abs((finding.facts.cost?.sumScale ?? 0) - 1 / share) < 0.001)
        }
    }
}
