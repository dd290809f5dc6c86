import Basics
import OnCallModel
import Testing

@testable import AgentCore

@Suite("Costs that loops explain")
struct ExplainedCostTests {
    private static let hour = Instant(iso8601: "2026-11-24T14:00:00Z") ?? Instant(milliseconds: 0)

    /// The hour has cost 2 dollars in 20 minutes, usually 1 in an hour; above 2.5 an hour it is a spike.
    private static let spike = CostFacts.with {
        ($0.hour, $0.hourIsComplete, $0.spent, $0.cost) = (hour, false, 2, 6)
        ($0.mean, $0.multiplier) = (1, 2.5)
    }

    private func loop(_ cost: Double, from start: Double, to end: Double) -> LoopEvidence {
        LoopEvidence(
            traceID: "t", agent: "a", generations: 14, cost: cost, firstSeen: Self.hour + .minutes(start),
            lastSeen: Self.hour + .minutes(end), repeatedStep: "s", repetitions: 14, isRepetitive: true)
    }

    @Test("a spike that is none without what its loops spent is theirs")
    func explained() {
        // Without $1.20, the rate is $2.40 an hour.
        #expect(Self.spike.isExplained(by: [loop(1.2, from: 1, to: 9)]))
        #expect(Self.spike.isExplained(by: [loop(0.6, from: 1, to: 9), loop(0.6, from: 5, to: 19)]))
    }

    @Test("a spike beyond its loops stays one, and a loop counts with what it spent in the hour")
    func unexplained() {
        #expect(!Self.spike.isExplained(by: []))
        #expect(!Self.spike.isExplained(by: [loop(1.1, from: 1, to: 9)]))
        // Half of its life was before the hour.
        #expect(!Self.spike.isExplained(by: [loop(1.2, from: -8, to: 8)]))
        #expect(!Self.spike.isExplained(by: [loop(9, from: -60, to: -5)]))
    }
}
