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
    /// US dollars of the last minutes; nil of a slow trace.
    var lastCost: Double?
    /// Steps with an invalid cost, which is not in `cost`.
    var invalidCosts: Int
    /// The name that its runs share, and how many steps it took in total.
    var name: String
    var length: Int
    /// It is older than the window and never had many steps in it.
    var isSlow: Bool
    /// The statement that found it.
    var sql: String
    /// The usual length of the runs of its name.
    var usual: UsualLength?
    /// The latest steps of the window, oldest first.
    var tail: [LoopStep] = []

    init(_ row: RowSet.Record, sql: String, isSlow: Bool = false) throws(Unreadable) {
        guard let id = row["trace_id"].text, !id.isEmpty else {
            throw Unreadable(sentence: "\(row.count("steps")) steps have no trace.")
        }
        guard let steps = row["steps"].integer, let first = row["first_seen"].instant,
            let last = row["last_seen"].instant
        else { throw Unreadable(sentence: "Trace \(id): its steps have no valid time.") }
        (cost, recentCost) = (row["cost"].real ?? 0, row["recent_cost"].real ?? 0)
        guard cost.isFinite, recentCost.isFinite else {
            throw Unreadable(sentence: "Trace \(id): invalid cost (not a number, or negative).")
        }
        lastCost = row["last_cost"].real.flatMap { $0.isFinite ? $0 : nil }
        (self.id, self.steps, self.sql, self.isSlow) = (id, steps, sql, isSlow)
        (firstSeen, lastSeen) = (min(first, row["first_at"].instant ?? first), last)
        (generations, invalidCosts) = (row.count("generations"), row.count("rejected_costs"))
        (name, length) = (row.text("name"), max(steps, row.count("length")))
    }

    /// Adds the inputs and outputs of its latest steps.
    mutating func addBodies(_ rows: RowSet) {
        let bodies = Dictionary(rows.records.map { ($0.text("id"), $0) }) { $1 }
        for index in tail.indices {
            guard let row = bodies[tail[index].id] else { continue }
            (tail[index].input, tail[index].output) = (row["input"].text, row["output"].text)
        }
    }

    /// Nothing can repeat unless a step's name comes three times.
    var mayLoop: Bool {
        Dictionary(grouping: tail, by: \.kind).values.contains { $0.count >= Repetition.minTimes }
    }

    /// The name of the trace, else of its root, else of its first step.
    var agent: String {
        let named = tail.filter { !$0.name.isEmpty }
        return tail.first { !$0.traceName.isEmpty }?.traceName
            ?? named.first { $0.isRoot && $0.type != "GENERATION" }?.name ?? named.first(where: \.isRoot)?.name
            ?? named.first?.name ?? id
    }

    /// The number that is compared with the limits: the generations if they are above the threshold, else the steps of the
    /// most frequent type. A span around every generation does not count twice.
    func looped(threshold: Int) -> Int {
        if generations > threshold { return generations }
        return max(generations, Dictionary(grouping: tail, by: \.type).values.map(\.count).max() ?? 0)
    }

    /// A trace has ended when it pauses for longer than three of its usual pauses, and for two hours at least.
    func isAlive(now: Instant) -> Bool {
        let pause = (lastSeen - firstSeen).seconds / Double(max(1, steps - 1))
        return now - lastSeen <= max(LoopQueries.window, min(.seconds(3 * pause), LoopQueries.maxPause))
    }

    /// US dollars an hour over the last half hour; a trace younger than ten minutes counts as ten minutes old, so that
    /// a short burst is not scaled up to an hour. Of a slow trace since its start.
    func costPerHour(now: Instant) -> Double {
        if isSlow { return cost * 3600 / max(now - firstSeen, LoopQueries.window).seconds }
        let age = min(now - firstSeen, LoopQueries.rateWindow)
        return recentCost * 3600 / max(age, .minutes(10)).seconds
    }

    /// How suspicious it is before its bodies are read, lower is more: already open, repeats by names and token counts,
    /// longer than usual, of unknown usual length, of usual length. Within one rank the costlier comes first, as the
    /// statement orders them.
    func rank(open: Set<String>) -> Int {
        if open.contains(id) { return 0 }
        if Repetition(of: tail).isStuck { return 1 }
        return usual.map { length > $0.maxSteps ? 2 : 4 } ?? 3
    }
}

/// One step of a trace.
struct LoopStep: Hashable {
    var id: String
    var isRoot: Bool
    var type: String
    var name: String
    var traceName: String
    var release: String
    var model: String
    var inputTokens: Int?
    var outputTokens: Int?
    var isError: Bool
    var message: String
    /// As stored; nil if they were not read.
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
        (id, type, name, model) = (row.text("id"), row.text("type"), row.text("name"), row.text("model"))
        isRoot = row.text("parent_observation_id").isEmpty
        (traceName, release) = (row.text("trace_name"), row.text("release"))
        (inputTokens, outputTokens) = (row["input_tokens"].integer, row["output_tokens"].integer)
        (isError, message) = (row["level"].text == "ERROR", row.text("status_message"))
    }
}
