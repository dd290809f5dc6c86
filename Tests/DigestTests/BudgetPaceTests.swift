import Basics
import Digest
import OnCallModel
import Testing

@Suite("Budgets by pace")
struct BudgetPaceTests {
    private let calendar = LocalCalendar(ZoneInfo(named: "Europe/Berlin") ?? .utc)

    private func pace(_ spent: Double, at time: String, period: Budget.Period = .month) throws -> BudgetPace {
        let budget = Budget.with { ($0.scope, $0.name, $0.period, $0.amount) = (.user, "u-17", period, 100) }
        let now = try #require(Instant(iso8601: time))
        let bounds = budget.period(at: now, in: calendar)
        return BudgetPace(budget: budget, spent: spent, from: bounds.from, until: bounds.until, now: now)
    }

    @Test("A period begins at local midnight: on the day, on Monday, on the first of the month")
    func periods() throws {
        func bounds(_ period: Budget.Period) throws -> [String] {
            let pace = try pace(1, at: "2026-10-27T12:00:00Z", period: period)
            return [pace.from.iso8601, pace.until.iso8601]
        }
        #expect(try bounds(.day) == ["2026-10-26T23:00:00.000Z", "2026-10-27T23:00:00.000Z"])
        #expect(try bounds(.week) == ["2026-10-25T23:00:00.000Z", "2026-11-01T23:00:00.000Z"])
        // October has an hour more in Berlin.
        #expect(try bounds(.month) == ["2026-09-30T22:00:00.000Z", "2026-10-31T23:00:00.000Z"])
    }

    @Test("It warns when the pace exceeds the budget, and not in the first hours of a period")
    func levels() throws {
        #expect(try pace(2, at: "2026-11-01T00:00:00Z").level == .fine)
        #expect(try pace(24, at: "2026-11-02T00:00:00Z").level == .fine)
        #expect(try pace(30, at: "2026-11-05T00:00:00Z").level == .ahead)
        #expect(try pace(30, at: "2026-11-10T00:00:00Z").level == .fine)
        #expect(try pace(95, at: "2026-11-28T00:00:00Z").level == .ahead)
        #expect(try pace(100, at: "2026-11-28T00:00:00Z").level == .exceeded)
    }

    @Test("The key differs by budget, period and level, and by nothing else")
    func keys() throws {
        let first = try pace(30, at: "2026-11-05T00:00:00Z")
        #expect(try pace(31, at: "2026-11-05T03:00:00Z").key == first.key)
        #expect(try pace(120, at: "2026-11-06T00:00:00Z").key != first.key)
        #expect(try pace(30, at: "2026-12-05T00:00:00Z").key != first.key)
    }

    @Test("The warning has the share used, the share of time and the amount at this pace")
    func sentence() throws {
        let text = try pace(50, at: "2026-11-07T23:00:00Z").warning
        #expect(
            text
                == "Budget will be exceeded: user u-17 per month: $50.00 of $100.00 (50 %) with 23 % of the month elapsed; "
                + "at this pace $214.29.")
    }
}
