import Basics
import OnCallModel

/// A trace with more steps than the threshold.
struct LoopTrace: Hashable {
    var id: String
    /// Steps of the window, of any type, and those of type GENERATION among them.
    var steps: Int
    var generations: Int
    /// When the trace began; this may lie before the window.
    var firstSeen: Instant
    var lastSeen: Instant
    /// US dollars of the window.
    var cost: Double
    /// US dollars of the last half hour.
    var recentCost: Double
    /// Steps whose cost is invalid and left out of `cost`.
    var invalidCosts = 0
    /// The name that its runs share, and how many steps it took in all.
    var name = ""
    var length = 0
    /// It is older than the window and never had many steps in it.
    var isSlow = false
    /// The statement that found it.
    var sql = ""
    /// How long the runs of its name usually are.
    var usual: UsualLength?
    /// The latest steps of the window, oldest first.
    var tail: [LoopStep] = []

    /// The traces of the answer to `query`. Rows that lack what a judgement needs are skipped, with a sentence each.
    ///
    /// - Parameter slowAt: the time, where these are slow traces: those that have ended by then are left out.
    static func all(
        in rows: some Sequence<RowSet.Record>, of query: DetectorQuery, slowAt now: Instant? = nil,
        skipped: inout [String]
    ) -> [LoopTrace] {
        var traces: [LoopTrace] = []
        for row in rows {
            do throws(Unreadable) {
                var trace = try LoopTrace(row)
                (trace.isSlow, trace.sql) = (now != nil, query.sql)
                if let now, !trace.isAlive(now: now) { continue }
                traces.append(trace)
                if trace.invalidCosts > 0 {
                    skipped.append(
                        "Trace \(trace.id): \(trace.invalidCosts) invalid costs (not a number, or negative).")
                }
            } catch {
                skipped.append(error.sentence)
            }
        }
        return traces
    }

    private init(_ row: RowSet.Record) throws(Unreadable) {
        guard let id = row["trace_id"].text, !id.isEmpty else {
            throw Unreadable(sentence: "\(row["steps"].integer ?? 0) steps have no trace.")
        }
        guard let steps = row["steps"].integer, let first = row["first_seen"].instant,
            let last = row["last_seen"].instant
        else { throw Unreadable(sentence: "Trace \(id): its steps have no valid time.") }
        let (cost, recent) = (row["cost"].real ?? 0, row["recent_cost"].real ?? 0)
        guard cost.isFinite, recent.isFinite else {
            throw Unreadable(sentence: "Trace \(id): invalid cost (not a number, or negative).")
        }
        self.id = id
        self.steps = steps
        generations = row["generations"].integer ?? 0
        firstSeen = min(first, row["first_at"].instant ?? first)
        lastSeen = last
        (self.cost, recentCost) = (cost, recent)
        invalidCosts = row["rejected_costs"].integer ?? 0
        name = row["name"].text ?? ""
        length = max(steps, row["length"].integer ?? 0)
    }

    private struct Unreadable: Error {
        var sentence: String
    }

    /// Adds the inputs and outputs of its latest steps.
    mutating func addBodies(_ rows: RowSet) {
        let bodies = Dictionary(rows.records.map { ($0["id"].text ?? "", $0) }) { $1 }
        for index in tail.indices {
            guard let row = bodies[tail[index].id] else { continue }
            (tail[index].input, tail[index].output) = (row["input"].text, row["output"].text)
        }
    }

    /// Only where a step's name comes three times can anything repeat.
    var mayLoop: Bool {
        Dictionary(grouping: tail, by: \.kind).values.contains { $0.count >= Repetition.minTimes }
    }

    /// The name of the trace, else of its root, else of the step that it takes most.
    var agent: String {
        if let name = tail.lazy.compactMap(\.traceName).first(where: { !$0.isEmpty }) { return name }
        if let root = tail.first(where: { $0.isRoot && $0.type != "GENERATION" && !$0.name.isEmpty }) {
            return root.name
        }
        return tail.first { $0.isRoot && !$0.name.isEmpty }?.name ?? tail.first { !$0.name.isEmpty }?.name ?? id
    }

    /// What is compared with the limits: generations where those are above the threshold, else the steps of the most
    /// frequent type. A span around every generation does not count twice.
    func looped(threshold: Int) -> Int {
        if generations > threshold { return generations }
        let byType = Dictionary(grouping: tail, by: \.type).mapValues(\.count)
        return max(generations, byType.values.max() ?? 0)
    }

    /// A trace that paused for longer than three of its usual pauses is over; one of two hours at least may go on.
    func isAlive(now: Instant) -> Bool {
        let pause = (lastSeen - firstSeen).seconds / Double(max(1, steps - 1))
        return now - lastSeen <= max(LoopQueries.window, min(.seconds(3 * pause), LoopQueries.maxPause))
    }

    /// US dollars an hour over the last half hour; a trace younger than ten minutes counts as ten minutes old, so that
    /// a short burst is not blown up to an hour. Of a slow trace over its life.
    func costPerHour(now: Instant) -> Double {
        if isSlow { return cost * 3600 / max(now - firstSeen, LoopQueries.window).seconds }
        let age = min(now - firstSeen, LoopQueries.rateWindow)
        return recentCost * 3600 / max(age, .minutes(10)).seconds
    }
}

/// One step of a trace.
struct LoopStep: Hashable {
    var id: String
    var isRoot: Bool
    var type: String
    var name: String
    var traceName: String?
    var release: String?
    var model: String
    var inputTokens: Int?
    var outputTokens: Int?
    var isError: Bool
    var message: String
    /// As stored; nil where they were not read.
    var input: String?
    var output: String?

    /// Steps of one kind are calls of one thing.
    struct Kind: Hashable, Comparable {
        var name: String
        var type: String

        static func < (left: Kind, right: Kind) -> Bool { (left.name, left.type) < (right.name, right.type) }
    }

    var kind: Kind { Kind(name: name, type: type) }

    init(_ row: RowSet.Record) {
        id = row["id"].text ?? ""
        isRoot = (row["parent_observation_id"].text ?? "").isEmpty
        type = row["type"].text ?? ""
        name = row["name"].text ?? ""
        traceName = row["trace_name"].text
        release = row["release"].text
        model = row["model"].text ?? ""
        inputTokens = row["input_tokens"].integer
        outputTokens = row["output_tokens"].integer
        isError = row["level"].text == "ERROR"
        message = row["status_message"].text ?? ""
    }
}
