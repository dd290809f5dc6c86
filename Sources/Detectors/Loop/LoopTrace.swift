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
    /// Steps whose cost is no amount and is left out of `cost`.
    var rejectedCosts = 0
    /// The name that its runs share, and how many steps it took in all.
    var name = ""
    var length = 0
    /// It lives for longer than the window and never had many steps in it.
    var isSlow = false
    /// How long the runs of its name usually are.
    var usual: UsualLength?
    /// The latest steps of the window, oldest first.
    var tail: [LoopStep] = []

    /// Nil when the row lacks what a judgement needs; the sentence says what.
    static func read(_ row: RowSet.Record) -> Result<LoopTrace, Unreadable> {
        guard let id = row["trace_id"].text, !id.isEmpty else {
            return .failure(Unreadable(sentence: "\(row["steps"].integer ?? 0) steps belong to no trace."))
        }
        guard let steps = row["steps"].integer, let first = row["first_seen"].instant,
            let last = row["last_seen"].instant
        else { return .failure(Unreadable(sentence: "Trace \(id) has steps without a readable time.")) }
        let cost = row["cost"].real ?? 0
        let recent = row["recent_cost"].real ?? 0
        guard cost.isFinite, recent.isFinite else {
            return .failure(Unreadable(sentence: "Trace \(id) has a cost that is no amount."))
        }
        return .success(
            LoopTrace(
                id: id, steps: steps, generations: row["generations"].integer ?? 0,
                firstSeen: min(first, row["first_at"].instant ?? first), lastSeen: last, cost: cost,
                recentCost: recent, rejectedCosts: row["rejected_costs"].integer ?? 0, name: row["name"].text ?? "",
                length: max(steps, row["length"].integer ?? 0)))
    }

    struct Unreadable: Error, Hashable {
        var sentence: String
    }

    /// The name of the trace, else of its root, else of the step that it takes most.
    var agent: String {
        if let name = tail.lazy.compactMap(\.traceName).first(where: { !$0.isEmpty }) { return name }
        if let root = tail.first(where: { $0.isRoot && $0.type != "GENERATION" && !$0.name.isEmpty }) {
            return root.name
        }
        return tail.first { $0.isRoot && !$0.name.isEmpty }?.name ?? tail.first { !$0.name.isEmpty }?.name ?? id
    }

    /// What is held against the limits: generations where those are above the threshold, else the steps of the type that
    /// the trace takes most. A span around every generation does not count twice.
    func looped(threshold: Int) -> Int {
        if generations > threshold { return generations }
        let byType = Dictionary(grouping: tail, by: \.type).mapValues(\.count)
        return max(generations, byType.values.max() ?? 0)
    }

    /// A trace that paused for longer than three of its usual pauses is over; one of two hours at least may go on.
    func isAlive(now: Instant) -> Bool {
        let pause = (lastSeen - firstSeen).seconds / Double(max(1, steps - 1))
        return now - lastSeen <= max(LoopQueries.window, min(.seconds(3 * pause), LoopQueries.longestPause))
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
    /// What went in and came out, as stored; nil where it is not known.
    var input: String?
    var output: String?

    /// What makes steps calls of one thing.
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
