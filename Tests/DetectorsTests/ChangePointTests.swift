import Basics
import Detectors
import OnCallModel
import Testing

@Suite("The minute of the onset")
struct ChangePointTests {
    @Test("a spike that begins at 03:25 has its onset there, not at the hour")
    func onset() throws {
        let now = try #require(Instant(iso8601: "2026-11-24T04:20:00Z"))
        let start = try #require(Instant(iso8601: "2026-11-24T03:25:00Z"))
        var detector = CostSpikeDetector()
        var step = detector.start(DetectorContext(now: now, settings: Settings()))
        while case .query(let query) = step {
            step = detector.receive(Self.rows(for: query, now: now, start: start))
        }
        guard case .report(let report) = step else { return }
        #expect(report.findings.first?.onset == start)
    }

    private static func rows(for query: DetectorQuery, now: Instant, start: Instant) -> RowSet {
        guard query.sql.contains("AS minute") else {
            var planted = Planted()
            planted.hours = (1...192).map { back in
                .init(hour: now.startOfHour - .hours(Double(back)), cost: .real(back == 1 ? 8 : 1))
            }
            return planted.rows(for: query, now: now)
        }
        let first = now.startOfHour - .hours(2)
        let rows: [[Value]] = (0..<120).map { index in
            let minute = first + .minutes(Double(index))
            return [Value(minute), .real(minute < start ? 0.017 : 0.22)]
        }
        return RowSet(columns: ["minute", "cost"], rows: rows)
    }
}
