import Basics

/// A Sentry issue whose rate rose, and where its events come from.
struct CascadeIssue: Hashable {
    var id: String
    var name: String
    /// Events since the rise, and how many the rate before it would have given in the same time.
    var events: Int
    var expected: Double
    let isNew: Bool
    /// When the rise began: `first_seen` of a new issue, else the start of an hour.
    var onset: Instant
    var lastSeen: Instant
    /// The whole minutes of the rise; `end` is exclusive.
    var start: Instant
    var end: Instant
    /// Of the events that were read: the traces, and the release and environment of most.
    var traces: Set<String> = []
    var release = ""
    var environment = ""
    var eventsAreUnread = false
    /// How many events of the rise were read: often not all.
    var eventsRead = 0

    /// Fewer events are not a cascade.
    private static let minEvents = 10
    private static let minLength = Span.minutes(5)
    /// An issue that was not seen for longer has ended.
    private static let maxAge = Span.hours(1)
    private static let minRatio = 3.0
    private static let maxChance = 1e-4

    var length: Span { end - start }
    var eventsPerMinute: Double { Double(events) / max(1, length.seconds / 60) }

    private typealias Rise = (onset: Instant, events: Int, expected: Double)

    /// Nil for an issue that is not a cascade: an old error that came again, too few events, ignored by the team, ended.
    init?(_ row: RowSet.Record, now: Instant) throws(Unreadable) {
        guard let id = row["id"].text, !id.isEmpty else { throw Unreadable(sentence: "An issue of Sentry has no id.") }
        guard let first = row["first_seen"].instant, let last = row["last_seen"].instant, first <= last else {
            throw Unreadable(sentence: "Issue \(id) has no readable times.")
        }
        guard let count = row["count"].integer, count >= 0 else {
            throw Unreadable(sentence: "Issue \(id): invalid event count.")
        }
        guard last >= now - Self.maxAge, row["status"].text != "ignored" else { return nil }
        isNew = first >= now - CascadeQueries.maxAge
        let rise: Rise? =
            isNew ? (onset: first, events: count, expected: 0) : Self.rise(of: row.text("stats_24h"), now: now)
        guard let rise, rise.events >= Self.minEvents, rise.onset <= now else { return nil }
        (self.id, onset, events, expected) = (id, rise.onset, rise.events, rise.expected)
        // `RateLimitError`: the type, or the title up to its colon.
        let type = row.text("error_type")
        let text = type.isEmpty ? String(row.text("title").prefix { $0 != ":" }) : type
        name = String(String.UnicodeScalarView(text.unicodeScalars.prefix(80)))
        lastSeen = min(last, now)
        start = onset.floored(to: .minutes(1))
        end = min(max(last, onset + Self.minLength), now).floored(to: .minutes(1)) + .minutes(1)
    }

    /// The latest hours that differ most from the hours before (least squares): at least three times as many events, and
    /// not by chance. `stats` is JSON: pairs of epoch seconds and events of the hour.
    private static func rise(of stats: String, now: Instant) -> Rise? {
        let hours = pairs(in: stats).filter { $0.hour <= now }.suffix(24)
        guard hours.count >= 8 else { return nil }
        var best: (gain: Double, rise: Rise)?
        for length in 1...(hours.count - 6) {
            let (recent, past) = (hours.suffix(length), hours.dropLast(length))
            let events = recent.reduce(0) { $0 + $1.events }
            let before = past.reduce(0) { $0 + $1.events }
            let expected = Double(before) * Double(length) / Double(past.count)
            guard let onset = recent.first?.hour, events >= minEvents, Double(events) >= minRatio * expected
            else { continue }
            let p = PoissonRates.p(Double(events), in: Double(length), against: Double(before), in: Double(past.count))
            // What the cut takes off the squared error of one level, up to a constant factor.
            let step = Double(events) / Double(length) - Double(before) / Double(past.count)
            let gain = Double(length * past.count) * step * step
            if p < maxChance, gain > best?.gain ?? 0 {
                best = (gain, (onset, events, expected))
            }
        }
        return best?.rise
    }

    private static func pairs(in stats: String) -> [(hour: Instant, events: Int)] {
        let bytes = stats.utf8.prefix(4096)
        guard !bytes.contains(UInt8(ascii: "-")) else { return [] }
        let numbers = bytes.split { !(0x30...0x39).contains($0) }.map { Int(String(decoding: $0, as: UTF8.self)) ?? -1 }
        let pairs = stride(from: 0, to: numbers.count - 1, by: 2).map { (numbers[$0], numbers[$0 + 1]) }
        guard pairs.allSatisfy({ (0..<100_000_000_000).contains($0.0) && (0..<1_000_000_000).contains($0.1) }) else {
            return []
        }
        return pairs.map { (Instant(milliseconds: Int64($0.0) * 1000), $0.1) }.sorted { $0.0 < $1.0 }
    }

    /// Takes the rows of `CascadeQueries.events`; nil if they could not be read.
    mutating func take(events: RowSet?) {
        eventsAreUnread = events == nil
        guard let events else { return }
        let records = events.records.filter { $0["timestamp"].instant.map { $0 >= start && $0 < end } ?? false }
        eventsRead = records.count
        func usual(_ column: String) -> String {
            let counts = records.map { $0.text(column) }.counts
            let total = counts.values.reduce(0, +)
            return counts.top.flatMap { (counts[$0] ?? 0) * 2 > total ? $0 : nil } ?? ""
        }
        (release, environment) = (usual("release"), usual("environment"))
        traces = Set(records.map { $0.text("trace_id") }).subtracting([""])
    }
}
