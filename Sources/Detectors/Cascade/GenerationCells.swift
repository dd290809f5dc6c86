import Basics

/// Generations of one minute, environment and release.
struct GenerationCell: Hashable {
    struct Key: Hashable {
        var minute: Instant
        var environment: String
        var release: String
    }

    var key: Key
    var calls: Int
    /// US dollars.
    var cost: Double

    /// Nil for a row without a minute or with invalid amounts.
    init?(_ row: RowSet.Record) {
        guard let minute = row["minute"].instant, let calls = row["calls"].integer, calls >= 0,
            let cost = row.amount("cost")
        else { return nil }
        key = Key(minute: minute, environment: row.text("stage"), release: row.text("shipped"))
        (self.calls, self.cost) = (calls, cost)
    }
}

/// The generations around all rising issues.
struct GenerationCells: Hashable {
    private(set) var cells: [GenerationCell] = []
    /// Rows that could not be read, and generations whose cost is skipped.
    private var rejected = 0
    private var rejectedCosts = 0
    /// Generations of each hour of the day before; empty if that day is unknown.
    private(set) var dayBefore: [Instant: Double] = [:]

    init(_ rows: RowSet) {
        for row in rows.records {
            rejectedCosts += row.count("rejected_costs")
            if let cell = GenerationCell(row) { cells.append(cell) } else { rejected += 1 }
        }
    }

    /// What was skipped, one sentence each.
    var skipped: [String] {
        var sentences: [String] = []
        if rejected > 0 { sentences.append("\(rejected) sums of generations could not be read.") }
        if rejectedCosts > 0 {
            sentences.append("\(rejectedCosts) generations have an invalid cost; they were counted without it.")
        }
        return sentences
    }

    /// Rows of `CascadeQueries.dayBefore`.
    mutating func take(dayBefore rows: RowSet) {
        for row in rows.records {
            if let hour = row["hour"].instant, let calls = row.amount("calls") { dayBefore[hour] = calls }
        }
    }

    /// Generations of a period, and of the same time before it.
    struct Rise: Hashable {
        var now = 0
        var before = 0

        /// Nothing before counts as a half, so that a rise from nothing has a ratio.
        var ratio: Double { Double(now) / max(0.5, Double(before)) }
        /// At least half as many again, and not by chance.
        var isReal: Bool {
            now >= GenerationCells.minCalls && ratio >= GenerationCells.minRatio
                && PoissonRates.p(Double(now), in: 1, against: Double(before), in: 1) < GenerationCells.maxChance
        }
    }

    private static let minCalls = 20
    static let minRatio = 1.5
    private static let maxChance = 1e-3

    func rise(of issue: CascadeIssue, where isPart: (GenerationCell.Key) -> Bool = { _ in true }) -> Rise {
        let before = issue.start - issue.length
        return cells.reduce(into: Rise()) { rise, cell in
            guard cell.key.minute >= before, cell.key.minute < issue.end, isPart(cell.key) else { return }
            if cell.key.minute >= issue.start { rise.now += cell.calls } else { rise.before += cell.calls }
        }
    }

    /// US dollars of all generations in an issue's time.
    func cost(during issue: CascadeIssue) -> Double {
        cells.reduce(0) { $0 + (issue.holds($1.key.minute) ? $1.cost : 0) }
    }

    /// The environments in which generations rose; the empty name is all of them together.
    func risingEnvironments(of issue: CascadeIssue) -> Set<String> {
        let all = Set(cells.map(\.key.environment)).filter { !$0.isEmpty }
        let rising = all.filter { name in rise(of: issue) { $0.environment == name }.isReal }
        return rise(of: issue).isReal ? rising.union([""]) : rising
    }

    /// The generations expected from the same hours of the day before; nil if less than a fifth of them is known. A morning
    /// that is busier than the night is not a cascade.
    func expectedByDay(for issue: CascadeIssue) -> Double? {
        let (start, end) = (issue.start - .days(1), issue.end - .days(1))
        var (sum, known, hour) = (0.0, 0, start.startOfHour)
        var hours = 0
        while hour < end {
            let shared = min(end, hour + .hours(1)) - max(start, hour)
            if let calls = dayBefore[hour] { (sum, known) = (sum + calls * shared.seconds / 3600, known + 1) }
            (hour, hours) = (hour + .hours(1), hours + 1)
        }
        return known * 5 >= hours && sum > 0 ? sum : nil
    }

    /// Whether the day before had as many generations in the same hours. A rise in one environment alone cannot be compared
    /// with it.
    func isUsual(_ issue: CascadeIssue) -> Bool {
        let rise = rise(of: issue)
        guard rise.isReal, let expected = expectedByDay(for: issue) else { return false }
        return Double(rise.now) < Self.minRatio * expected
    }
}

extension CascadeIssue {
    func holds(_ minute: Instant) -> Bool { minute >= start && minute < end }
}

/// The generations of one issue.
struct CascadeShare: Hashable {
    var calls = 0
    var cost = 0.0
    /// Those whose trace an event of the issue names.
    var tracedCalls = 0
    var tracedCost = 0.0
    var traces: Set<String> = []
    /// The names of the traced generations, and how many have each.
    var features: [String: Int] = [:]
}

/// Every generation belongs to one issue or to none, so no dollar is counted twice.
///
/// A trace that an event names decides; then the release, then the environment, then the time: the issue with the most
/// events a minute. If the traces that its events name have generations, an issue gets only those, scaled up by the share
/// of events that were read: what else runs in its environment is not its own.
struct CascadePartition {
    private(set) var shares: [String: CascadeShare] = [:]
    /// Fewer traced generations may be chance.
    static let minTraced = 3

    /// `traced`: rows of `CascadeQueries.traced`.
    init(_ cells: GenerationCells, _ issues: [CascadeIssue], traced: RowSet) {
        let ranked = issues.sorted { ($0.eventsPerMinute, $1.id) > ($1.eventsPerMinute, $0.id) }
        var taken: [GenerationCell.Key: (calls: Int, cost: Double)] = [:]
        for row in traced.records {
            guard let cell = GenerationCell(row), let trace = row["trace_id"].text,
                let owner = ranked.first(where: { $0.traces.contains(trace) && $0.holds(cell.key.minute) })
            else { continue }
            taken[cell.key, default: (0, 0)].calls += cell.calls
            taken[cell.key, default: (0, 0)].cost += cell.cost
            shares[owner.id, default: CascadeShare()].add(cell, trace: trace, feature: row.text("feature"))
        }
        for cell in cells.cells {
            guard let owner = Self.owner(of: cell.key, among: ranked) else { continue }
            var rest = cell
            rest.calls = max(0, rest.calls - (taken[cell.key]?.calls ?? 0))
            rest.cost = max(0, rest.cost - (taken[cell.key]?.cost ?? 0))
            shares[owner.id, default: CascadeShare()].add(rest, trace: nil, feature: "")
        }
        for issue in issues where shares[issue.id]?.tracedCalls ?? 0 >= Self.minTraced {
            shares[issue.id]?.limit(to: Double(issue.events) / Double(max(1, issue.eventsRead)))
        }
    }

    private static func owner(of key: GenerationCell.Key, among ranked: [CascadeIssue]) -> CascadeIssue? {
        var best: (rank: Int, issue: CascadeIssue)?
        for issue in ranked where issue.holds(key.minute) {
            guard let rank = issue.nearness(to: key), rank > best?.rank ?? -1 else { continue }
            best = (rank, issue)
        }
        return best?.issue
    }
}

extension CascadeShare {
    fileprivate mutating func add(_ cell: GenerationCell, trace: String?, feature: String) {
        calls += cell.calls
        cost += cell.cost
        guard let trace else { return }
        tracedCalls += cell.calls
        tracedCost += cell.cost
        traces.insert(trace)
        if !feature.isEmpty { features[feature, default: 0] += cell.calls }
    }

    /// Cuts the share to `times` what is traced.
    fileprivate mutating func limit(to times: Double) {
        cost = min(cost, tracedCost * max(1, times))
        calls = min(calls, Int((Double(tracedCalls) * max(1, times)).rounded(.up)))
    }
}

extension CascadeIssue {
    /// Nil if the issue has another environment.
    fileprivate func nearness(to key: GenerationCell.Key) -> Int? {
        if !release.isEmpty, release == key.release { return 2 }
        if environment.isEmpty || key.environment.isEmpty { return 0 }
        return environment == key.environment ? 1 : nil
    }
}
