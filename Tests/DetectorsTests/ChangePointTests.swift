import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("The minute of the onset")
struct ChangePointTests {
    @Test("a spike that begins at 03:25 has its onset there, not at the hour")
    func onset() async throws {
        let now = try #require(Instant(iso8601: "2026-11-24T04:20:00Z"))
        let start = try #require(Instant(iso8601: "2026-11-24T03:25:00Z"))
        var rows = SyntheticRows()
        rows.observations = (3...192).map { back in
            ObservationRow(at: now.startOfHour - .hours(Double(back))) { $0.totalCost = 1 }
        }
        rows.observations += (0..<120).map { minute in
            let at = now.startOfHour - .hours(2) + .minutes(Double(minute))
            return ObservationRow(at: at) { $0.totalCost = at < start ? 0.017 : 0.22 }
        }
        let context = DetectorContext(now: now, settings: Settings())
        let report = try await DetectorWorld(rows).run(CostSpikeDetector(), context).report
        #expect(report.findings.first?.onset == start)
    }
}
