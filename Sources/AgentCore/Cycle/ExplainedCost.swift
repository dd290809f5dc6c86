import Basics
import IncidentStore
import OnCallModel

extension CostFacts {
    /// Without what these loops spent in its hour, the hour would not be a spike.
    func isExplained(by loops: [LoopEvidence]) -> Bool {
        guard let hour, spent > 0 else { return false }
        let looped = loops.reduce(0) { $0 + $1.cost(from: hour, to: hour + .hours(1)) }
        return looped > 0 && cost * max(0, spent - looped) / spent <= multiplier * mean
    }
}

extension LoopEvidence {
    /// US dollars, as if its steps were evenly spread over its life.
    fileprivate func cost(from start: Instant, to end: Instant) -> Double {
        let (from, to) = (max(firstSeen, start), min(lastSeen, end))
        guard from <= to else { return 0 }
        let life = lastSeen - firstSeen
        return life > .milliseconds(0) ? cost * (to - from).seconds / life.seconds : cost
    }
}

extension StoreSnapshot {
    /// The cost is that of loops which have ended: their incidents have it.
    func isPast(_ cost: CostFacts) throws -> Bool {
        let loops = try loops(limit: 200)
        return cost.isExplained(by: loops.filter { [.killed, .finished].contains($0.status) }.map(\.loop))
    }

    /// The incident's own loops spend it, so that their end is its remedy.
    func isCost(_ cost: CostFacts, ofLoopsIn incident: Int64) throws -> Bool {
        let loops = try findings(ofIncident: incident).compactMap(\.loop)
        return try cost.isExplained(by: loops.map { try loop(trace: $0.traceID)?.loop ?? $0 })
    }
}
