import Basics
import JSON
import OnCallModel

/// The figures by which the sampler scores a trace.
struct TraceDigest: Hashable {
    var id: String
    var firstAt: Instant
    var lastAt: Instant
    /// Of any type but EVENT.
    var steps: Int
    /// Observations of the levels ERROR and WARNING.
    var failures: Int
    /// US dollars.
    var cost: Double
    var names: Set<String>

    /// Nil for a row without a trace or a time.
    init?(_ row: RowSet.Record) {
        guard let id = row["trace_id"].text, !id.isEmpty, let first = row["first_at"].instant,
            let last = row["last_at"].instant
        else { return nil }
        self.id = id
        (firstAt, lastAt) = (first, last)
        let isEvent = row["type"].text == "EVENT"
        steps = isEvent ? 0 : row["steps"].integer ?? 0
        failures = (row["errors"].integer ?? 0) + (row["warnings"].integer ?? 0)
        cost = row.amount("cost") ?? 0
        names = StepNames.read(row["step_names"])
        if !isEvent, !row.text("name").isEmpty { names.insert(StepNames.plain(row.text("name"))) }
    }

    /// Another part of the same trace.
    mutating func add(_ other: TraceDigest) {
        firstAt = min(firstAt, other.firstAt)
        lastAt = max(lastAt, other.lastAt)
        steps += other.steps
        failures += other.failures
        cost += other.cost
        names.formUnion(other.names)
    }

    /// The reasons that do not depend on earlier cycles.
    func reasons(meanCost: Double, maxSteps: Int, isFailing: Bool, percent: Double) -> [SampleReason] {
        var reasons: [SampleReason] = []
        if failures > 0 { reasons.append(.error) }
        if meanCost > 0, cost > 2 * meanCost { reasons.append(.highCost) }
        if isFailing { reasons.append(.schemaFailed) }
        if steps > maxSteps { reasons.append(.manySteps) }
        if Self.isDrawn(id, percent: percent) { reasons.append(.uniform) }
        return reasons
    }

    /// The same for the same id on every machine and in every cycle, and so for all steps of a trace.
    static func isDrawn(_ id: String, percent: Double) -> Bool {
        // The last bytes of an id hardly change the high bits of FNV-1a: mixed like the end of MurmurHash3.
        var hash = Fingerprint.hash(id.utf8)
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        hash ^= hash >> 33
        return Double(hash >> 11) / 9_007_199_254_740_992 * 100 < percent
    }
}

/// Step names as a set that repeats from trace to trace.
enum StepNames {
    /// Of a long list, only the first names are shown.
    static let maxShown = 64

    /// A list of names in JSON, as the mirror stores it.
    static func read(_ value: Value) -> Set<String> {
        guard let text = value.text, let names = try? JSONDocument.parse(text).array else { return [] }
        return Set(names.compactMap(\.string).filter { !$0.isEmpty }.map(plain))
    }

    /// A name without the parts of a single run.
    static func plain(_ name: String) -> String { NamePattern.of(name) }
}
