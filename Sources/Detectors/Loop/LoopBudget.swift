import Basics

/// Chooses whose inputs and outputs a cycle reads, where there are more than it may: a call for each trace, unless they are
/// stored already.
struct LoopBudget {
    let now: Instant

    static let maxTraces = 60

    /// Half of the budget goes to the most suspicious, half to the others in turn, so that none waits for ever.
    ///
    /// The turn comes from the clock, a quarter of an hour each, as the detector has no memory.
    func choose(_ traces: [(index: Int, trace: LoopTrace)], open: Set<String>) -> [Int] {
        let ranked = traces.map { (index: $0.index, rank: rank($0.trace, isOpen: open.contains($0.trace.id))) }
            .sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.index)
        guard ranked.count > Self.maxTraces else { return ranked }
        let share = Self.maxTraces / 2
        let (first, others) = (Array(ranked.prefix(share)), Array(ranked.dropFirst(share)))
        let turn = Int(now.milliseconds / Span.minutes(15).milliseconds)
        let start = turn % others.count * share % others.count
        return first + (0..<share).map { others[(start + $0) % others.count] }
    }

    /// Lower is more suspicious: known already, repeats by what costs no call, longer than usual, of no known length,
    /// as long as usual. Within one rank the costlier comes first, as the statement orders them.
    private func rank(_ trace: LoopTrace, isOpen: Bool) -> Int {
        if isOpen { return 0 }
        if Repetition(of: trace.tail).isStuck { return 1 }
        guard let usual = trace.usual else { return 3 }
        return trace.length > usual.maxSteps ? 2 : 4
    }
}
