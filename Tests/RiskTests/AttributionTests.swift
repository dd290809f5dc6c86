import Basics
import Risk
import Testing

@Suite("What is attributed to a change")
struct AttributionTests {
    private let start = RiskScoreTests.start

    private func series(_ hours: [Int: Double], days: Double = 10) -> HourlySeries {
        HourlySeries(
            Dictionary(uniqueKeysWithValues: hours.map { (start + .hours(Double($0.key)), $0.value) }),
            known: start..<(start + .days(days)))
    }

    @Test("a rise after a change is its delta; a fall is 0; what was there before is not")
    func delta() throws {
        let steady = Dictionary(uniqueKeysWithValues: (0..<240).map { ($0, 1.0) })
        var rising = steady
        for hour in 48..<60 { rising[hour] = 3 }
        let change = Attribution(mergedAt: start + .hours(48), next: nil)
        #expect(change.delta(of: series(steady)) == 0)
        #expect(change.delta(of: series(rising)) == 24)
        #expect(Attribution(mergedAt: start + .hours(72), next: nil).delta(of: series(rising)) == 0)
    }

    @Test("two merges within 24 hours share no hour: the sum of their deltas is the rise")
    func once() throws {
        let rise = Dictionary(uniqueKeysWithValues: (48..<72).map { ($0, 2.0) })
        let (first, second) = (start + .hours(48), start + .hours(54))
        let one = Attribution(mergedAt: first, next: second)
        let two = Attribution(mergedAt: second, next: nil)
        #expect(one.after.upperBound == two.after.lowerBound)
        let sum = try #require(one.delta(of: series(rise))) + #require(two.delta(of: series(rise)))
        #expect(sum <= 48, "\(sum)")
        #expect(try #require(one.delta(of: series(rise))) == 12)
        let same = Attribution(mergedAt: first, next: first)
        #expect(same.delta(of: series(rise)) == 0, "two changes of one moment: the later has it all")
    }

    @Test("an hour that is partly inside counts in part")
    func parts() {
        let change = Attribution(mergedAt: start + .hours(48) + .minutes(30), next: nil)
        #expect(change.delta(of: series([48: 10])) == 0, "the first half was before, and is as much as the second")
        #expect(change.delta(of: series([49: 10])) == 10)
    }

    @Test("an event counts by its exact time")
    func events() {
        let times = [start + .hours(48) - .minutes(1), start + .hours(48), start + .hours(48) + .minutes(9)]
        let series = HourlySeries(events: times, known: start..<(start + .days(10)))
        #expect(Attribution(mergedAt: start + .hours(48), next: nil).delta(of: series) == 1)
    }

    @Test("outside the known time a delta is unknown, not 0")
    func unknown() {
        #expect(Attribution(mergedAt: start + .hours(12), next: nil).delta(of: series([:])) == nil)
        #expect(Attribution(mergedAt: start + .days(10), next: nil).delta(of: series([:])) == nil)
        #expect(Attribution(mergedAt: start + .days(3), next: nil).delta(of: HourlySeries([:], known: nil)) == nil)
        #expect(Attribution(mergedAt: start + .days(3), next: nil).delta(of: series([:])) == 0)
    }
}
