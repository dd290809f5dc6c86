import Basics
import Digest
import OnCallModel
import Testing

@Suite("Cost forecast")
struct CostForecastTests {
    private let utc = LocalCalendar(.utc)

    /// Hourly costs from the start up to the hour before `end`.
    private func hours(from start: String, to end: String, _ cost: (Instant) -> Double) throws -> [HourFact] {
        var (hour, facts) = (try #require(Instant(iso8601: start)), [HourFact]())
        let last = try #require(Instant(iso8601: end))
        while hour < last {
            facts.append(HourFact(hour: hour, cost: cost(hour), generations: 1))
            hour = hour + .hours(1)
        }
        return facts
    }

    private func isWeekend(_ hour: Instant) -> Bool {
        LocalCalendar.weekday(ofDay: LocalCalendar(.utc).day(of: hour)) >= 5
    }

    @Test("The next six hours follow the hour of day and the level of the latest hour")
    func nextSixHours() throws {
        // From 08:00 to 20:00 an hour costs 10, else 1.
        let usual = { (hour: Instant) -> Double in (8..<20).contains(hour.civil.hour) ? 10 : 1 }
        let evening = try hours(from: "2026-11-01T00:00:00Z", to: "2026-11-20T18:00:00Z", usual)
        let forecast = try #require(CostForecast(evening))
        // 18:00 and 19:00 cost 10, then four hours 1; not 6 × 10.
        #expect(abs(forecast.nextSixHours - 24) < 0.01)
        var doubled = evening
        doubled[doubled.count - 1].cost = 20
        let spike = try #require(CostForecast(doubled))
        #expect(abs(spike.nextSixHours - 48) < 0.01)
    }

    @Test("With less than a week of history the latest hour counts six times")
    func shortHistory() throws {
        let facts = try hours(from: "2026-11-18T00:00:00Z", to: "2026-11-20T18:00:00Z") { _ in 9 }
        #expect(CostForecast(facts)?.nextSixHours == 54)
        #expect(CostForecast([]) == nil)
    }

    @Test("Below a week of complete days the month is learning")
    func learning() throws {
        let facts = try hours(from: "2026-11-14T00:00:00Z", to: "2026-11-20T12:00:00Z") { _ in 1 }
        let now = try #require(Instant(iso8601: "2026-11-20T12:30:00Z"))
        #expect(CostForecast(facts)?.month(at: now, in: utc) == .learning(spent: 156, days: 5))
    }

    @Test("The month is forecast by the weekday; the interval contains the truth and is narrower with more history")
    func month() throws {
        let daily = { (hour: Instant) -> Double in self.isWeekend(hour) ? 1 : 5 }
        let now = try #require(Instant(iso8601: "2026-11-17T00:30:00Z"))
        let truth = try hours(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z", daily).reduce(0) {
            $0 + $1.cost
        }
        func estimate(from start: String) throws -> CostForecast.Estimate {
            let facts = try hours(from: start, to: "2026-11-17T00:00:00Z", daily)
            guard case .projected(_, let estimate, _) = CostForecast(facts)?.month(at: now, in: utc) else {
                Issue.record("no projection")
                return CostForecast.Estimate(expected: 0, low: 0, high: 0)
            }
            return estimate
        }
        let (long, short) = (try estimate(from: "2026-09-15T00:00:00Z"), try estimate(from: "2026-11-05T00:00:00Z"))
        #expect(abs(long.expected - truth) < 0.01 * truth)
        #expect(long.low < truth && truth < long.high && short.low < truth && truth < short.high)
        #expect(short.high - short.low > long.high - long.low)
    }

    @Test("A month of another zone begins at its own midnight")
    func zone() throws {
        let tokyo = LocalCalendar(try #require(ZoneInfo(named: "Asia/Tokyo")))
        let facts = try hours(from: "2026-10-15T00:00:00Z", to: "2026-10-31T18:00:00Z") { _ in 1 }
        let now = try #require(Instant(iso8601: "2026-10-31T18:10:00Z"))
        guard case .projected(let spent, _, _) = CostForecast(facts)?.month(at: now, in: tokyo) else {
            Issue.record("no projection")
            return
        }
        // It is 03:10 on 1 November in Tokyo: three complete hours.
        #expect(spent == 3)
    }
}
