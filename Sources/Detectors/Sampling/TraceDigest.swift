import Basics
import JSON
import OnCallModel

/// What the sampler scores a trace by.
struct TraceDigest: Hashable {
    var id: String
    var firstAt: Instant
    var lastAt: Instant
    /// Of any type but EVENT.
    var steps: Int
    /// Observations of the levels ERROR and WARNING.
    var troubles: Int
    /// US dollars.
    var cost: Double
    var names: Set<String>

    /// Nil for a row that names no trace or no time.
    init?(_ row: RowSet.Record) {
        guard let id = row["trace_id"].text, !id.isEmpty, let first = row["first_at"].instant,
            let last = row["last_at"].instant
        else { return nil }
        self.id = id
        (firstAt, lastAt) = (first, last)
        let isEvent = row["type"].text == "EVENT"
        steps = isEvent ? 0 : row["steps"].integer ?? 0
        troubles = (row["errors"].integer ?? 0) + (row["warnings"].integer ?? 0)
        let amount = row["cost"].real ?? 0
        cost = amount.isFinite ? max(0, amount) : 0
        names = StepNames.read(row["step_names"])
        if !isEvent, let name = row["name"].text, !name.isEmpty { names.insert(StepNames.plain(name)) }
    }

    /// Another part of the same trace.
    mutating func add(_ other: TraceDigest) {
        firstAt = min(firstAt, other.firstAt)
        lastAt = max(lastAt, other.lastAt)
        steps += other.steps
        troubles += other.troubles
        cost += other.cost
        names.formUnion(other.names)
    }

    /// The reasons that need no memory.
    func reasons(meanCost: Double, maxSteps: Int, isFailing: Bool, percent: Double) -> [SampleReason] {
        var reasons: [SampleReason] = []
        if troubles > 0 { reasons.append(.error) }
        if meanCost > 0, cost > 2 * meanCost { reasons.append(.highCost) }
        if isFailing { reasons.append(.schemaFailed) }
        if steps > maxSteps { reasons.append(.manySteps) }
        if Self.isDrawn(id, percent: percent) { reasons.append(.uniform) }
        return reasons
    }

    /// The same for the same id on every machine and in every cycle, and so for all steps of a trace.
    static func isDrawn(_ id: String, percent: Double) -> Bool {
        // The last bytes of an id hardly reach the high bits of FNV-1a: mixed as MurmurHash3 ends.
        var hash = Fingerprint.hash(id.utf8)
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        hash ^= hash >> 33
        return Double(hash >> 11) / 9_007_199_254_740_992 * 100 < percent
    }
}

/// Step names as a set that comes again.
enum StepNames {
    /// Of a long list the first are shown.
    static let maxShown = 64

    /// A list of names in JSON, as the mirror keeps it.
    static func read(_ value: Value) -> Set<String> {
        guard let text = value.text, let names = try? JSONDocument.parse(text).array else { return [] }
        return Set(names.compactMap(\.string).filter { !$0.isEmpty }.map(plain))
    }

    /// A name without what is of one run: numbers, UUIDs and other hexadecimal identifiers become `#`.
    static func plain(_ name: String) -> String {
        var plain: [UInt8] = []
        for word in chunks(of: withoutUUIDs(Array(name.utf8.prefix(200)))) {
            let digits = word.count { (0x30...0x39).contains($0) }
            if digits == 0 {
                plain += word
            } else if word.count >= 6, digits >= 2, word.allSatisfy(isHexadecimal) {
                plain.append(mark)
            } else {
                for byte in word {
                    let isDigit = (0x30...0x39).contains(byte)
                    if !isDigit { plain.append(byte) } else if plain.last != mark { plain.append(mark) }
                }
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static let mark = UInt8(ascii: "#")

    private static func withoutUUIDs(_ bytes: [UInt8]) -> [UInt8] {
        var (plain, place): ([UInt8], Int) = ([], 0)
        while place < bytes.count {
            let isOne =
                place + 36 <= bytes.count
                && (0..<36).allSatisfy { offset in
                    let byte = bytes[place + offset]
                    return [8, 13, 18, 23].contains(offset) ? byte == UInt8(ascii: "-") : isHexadecimal(byte)
                }
            plain.append(isOne ? mark : bytes[place])
            place += isOne ? 36 : 1
        }
        return plain
    }

    /// Runs of ASCII letters and digits, and what stands between them.
    private static func chunks(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var chunks: [ArraySlice<UInt8>] = []
        var start = 0
        for place in bytes.indices where place > start && isWord(bytes[place]) != isWord(bytes[place - 1]) {
            chunks.append(bytes[start..<place])
            start = place
        }
        return start < bytes.count ? chunks + [bytes[start...]] : chunks
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
