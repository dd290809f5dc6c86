import Basics
import Detectors
import OnCallModel
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

    /// `cost` of each complete hour counted back from the latest (0), and the same rate in the running hour.
    private func history(hours: Int, cost: (Int) -> Double) -> Planted {
        var planted = Planted()
        for back in stride(from: hours - 1, through: 0, by: -1) {
            planted.hours.append(
                .init(hour: now.startOfHour - .hours(Double(back + 1)), cost: .real(cost(back))))
        }
        planted.hours.append(.init(hour: now.startOfHour, cost: .real(cost(-1) / 3), observations: 33))
        return planted
    }

    private func detect(_ planted: Planted, _ context: DetectorContext? = nil) -> DetectorReport {
        planted.run(CostSpikeDetector(), context ?? self.context()).report
    }

    @Test("an hour at 7 times the mean is critical, with its figures in the sentence")
    func spike() throws {
        let report = detect(history(hours: 192) { $0 <= 0 ? 7 : 1 })
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && report.state == .ok)
        #expect(finding.severity == .critical)
        #expect(finding.onset == now.startOfHour - .hours(1))
        #expect(abs(finding.costPerHour - 7) < 0.01)
        #expect(finding.description.contains("04:00 to 04:20 UTC cost $2.33, $7.00 an hour"))
        #expect(finding.description.contains("×7.0 the 7-day mean of $1.00 an hour"))
        #expect(finding.evidence["unit_price_ratio"]?.double.map { $0 > 6.9 } == true)
        #expect(report.baselinePerHour.map { $0 > 1 && $0 < 1.1 } == true)
    }

    @Test("three minutes of data never alarm, however dear they were (row 20)")
    func threeMinutes() {
        var planted = history(hours: 192) { _ in 1 }
        planted.hours[planted.hours.count - 1].cost = 50
        let early = context { $0.now = now.startOfHour + .minutes(3) }
        #expect(detect(planted, early).findings.isEmpty)
        #expect(detect(planted).findings.count == 1)
    }

    @Test("an hourly job that spends all in the first minutes of each hour is no spike")
    func hourlyJob() {
        var planted = history(hours: 192) { _ in 2 }
        planted.hours[planted.hours.count - 1].cost = 2
        #expect(detect(planted).findings.isEmpty)
    }

    @Test("every scan of a lasting spike has one fingerprint, one onset, and still alarms on the second day (row 18)")
    func lastingSpike() {
        var fingerprints: Set<Fingerprint> = []
        var onsets: Set<Instant> = []
        for hours in 1...40 {
            let report = detect(history(hours: 192 + hours) { $0 < hours ? 6 : 1 })
            #expect(report.findings.count == 1, "after \(hours) hours")
            for finding in report.findings {
                fingerprints.insert(finding.fingerprint)
                onsets.insert(finding.onset + .hours(Double(hours)))
            }
        }
        #expect(fingerprints.count == 1)
        #expect(onsets.count == 1)
    }

    @Test("hours of labelled incidents are in no baseline (row 18)")
    func incidentHours() {
        let planted = history(hours: 192) { $0 <= 0 ? 4 : (30..<70).contains($0) ? 8 : 1 }
        #expect(detect(planted).findings.isEmpty)
        let labelled = context { context in
            context.incidentHours = Set((30..<70).map { now.startOfHour - .hours(Double($0 + 1)) })
        }
        #expect(detect(planted, labelled).findings.count == 1)
    }

    @Test("a nightly batch is a note once the hour of day is known, and pages under the bare rule")
    func nightlyBatch() {
        let planted = history(hours: 28 * 24) { $0 % 24 == 0 ? 12 : 1 }
        var atBatch = planted
        atBatch.hours[atBatch.hours.count - 1].cost = 0.3
        let report = detect(atBatch)
        #expect(report.findings.allSatisfy { $0.isNote } && report.findings.count == 1)
        let bare = context { $0.settings.costBaseline = .mean }
        #expect(detect(atBatch, bare).findings.first?.severity == .critical)
    }

    @Test("with 28 days the sentence says what the hour of day never exceeded")
    func seasonal() throws {
        let finding = try #require(detect(history(hours: 28 * 24) { $0 <= 0 ? 41.2 : 1 }).findings.first)
        #expect(finding.severity == .critical)
        #expect(finding.description.contains("this hour of day never exceeded $1.00 in 28 days"))
    }

    @Test("the first day is learning and pages nobody (row 17)")
    func learning() {
        let report = detect(history(hours: 20) { $0 <= 0 ? 9 : 1 })
        #expect(report.state == .learning && report.message == "learning (20 of 168 h)")
        #expect(report.findings.allSatisfy { $0.isNote })
        #expect(report.baselinePerHour == nil)
        #expect(detect(Planted()).state == .noData)
    }

    @Test("after hours that cost nothing, real spend is one finding and small change is none")
    func zeroBaseline() throws {
        let finding = try #require(detect(history(hours: 192) { $0 <= 0 ? 4 : 0 }).findings.first)
        #expect(finding.description.contains("the 168 hours before cost nothing"))
        #expect(finding.evidence["ratio"] == nil)
        #expect(detect(history(hours: 192) { $0 <= 0 ? 0.4 : 0 }).findings.isEmpty)
    }

    @Test("an hour without traffic counts 0 in the mean")
    func gaps() {
        var planted = history(hours: 168) { $0 == 0 ? 2 : 1 }
        #expect(detect(planted).findings.isEmpty)
        let last = planted.hours.count - 2
        planted.hours = planted.hours.enumerated().filter { $0.offset % 4 == 0 || $0.offset >= last }.map(\.element)
        #expect(detect(planted).findings.count == 1)
    }

    @Test(
        "amounts that are none are counted and left out (row 25)",
        arguments: [Value.real(.nan), .real(-3), .real(.infinity)])
    func poisoned(_ cost: Value) {
        var planted = history(hours: 192) { $0 <= 0 ? 7 : 1 }
        planted.hours[100].cost = cost
        planted.hours[101].cost = .null
        let report = detect(planted)
        #expect(report.findings.first?.severity == .critical)
        #expect(report.skipped.count == 1)
    }

    @Test("the feature that explains the increase is the subject, and its open incident keeps it")
    func subject() throws {
        var planted = history(hours: 192) { _ in 1 }
        planted.hours.append(
            .init(
                hour: now.startOfHour - .hours(1), cost: 6.6, observations: 20, name: "spike-gen", model: "gpt-4",
                tokens: 160_000))
        var merged = planted
        merged.hours[191].cost = 7.6
        let finding = try #require(merged.withPartsOf(planted, context()).findings.first)
        #expect(finding.subject == "spike-gen")
        #expect(finding.description.contains("gpt-4 instead of gpt-4o-mini"))
        #expect(finding.description.contains("spike-gen explains 100 % of the increase and cost nothing before"))
        let kept = merged.withPartsOf(planted, context { $0.openCostSubjects = ["project"] })
        #expect(kept.findings.first?.subject == "project")
    }

    @Test("flat traffic with noise, at any scale and hour, never alarms", arguments: 0..<60)
    func noise(_ seed: Int) {
        var random = SplitMix(state: UInt64(seed) &+ 7)
        let scale = Double.random(in: 0.01...500, using: &random)
        let days = Int.random(in: 2...30, using: &random)
        let spread = Double.random(in: 0...0.6, using: &random)
        let planted = history(hours: days * 24) { _ in
            scale * Double.random(in: (1 - spread)...(1 + spread), using: &random)
        }
        #expect(detect(planted).findings.isEmpty)
    }
}

extension Planted {
    /// Runs with the hourly totals of `self` and the parts of `other`.
    fileprivate func withPartsOf(_ other: Planted, _ context: DetectorContext) -> DetectorReport {
        var detector = CostSpikeDetector()
        var step = detector.start(context)
        while true {
            switch step {
            case .report(let report): return report
            case .query(let query):
                let source = query.sql.contains("AS recent,") ? other : self
                step = detector.receive(source.rows(for: query, now: context.now))
            }
        }
    }
}
