import Basics

/// A Sentry issue whose rate rose, and what its events tell of where they come from.
struct CascadeIssue: Hashable {
    var id: String
    var name: String
    /// Events since the rise, and events that the time before it would have given in the same length.
    var events: Int
    var expected: Double
    var isNew: Bool
    /// When the rise began: `first_seen` of a new issue, else the start of an hour.
    var onset: Instant
    var lastSeen: Instant
    /// Whole minutes that hold the rise: `end` is behind the last one.
    var start: Instant
    var end: Instant
    /// Traces, the usual release and the usual environment of the events that were read.
    var traces: Set<String> = []
    var release = ""
    var environment = ""
    var eventsAreUnread = false
    /// How many events of the rise were read; their traces are a part of all.
    var eventsRead = 0

    /// Fewer events than these are no cascade.
    static let leastEvents = 10
    private static let shortest = Span.minutes(5)
    /// Not seen for so long, and it is over.
    private static let silence = Span.hours(1)
    private static let leastRatio = 3.0
    private static let chance = 1e-4

    var length: Span { end - start }
    var eventsPerMinute: Double { Double(events) / max(1, length.seconds / 60) }

    private struct Rise {
        var onset: Instant
        var events: Int
        var expected: Double
    }

    enum Reading {
        case rises(CascadeIssue)
        /// Seen, and no cascade: an old error that came again, too few events, put aside by the team, over.
        case calm
        case unreadable(String)
    }

    static func read(_ row: RowSet.Record, now: Instant) -> Reading {
        guard let id = row["id"].text, !id.isEmpty else { return .unreadable("An issue of Sentry has no id.") }
        guard let first = row["first_seen"].instant, let last = row["last_seen"].instant, first <= last else {
            return .unreadable("Issue \(id) has no readable times.")
        }
        guard let count = row["count"].integer, count >= 0 else {
            return .unreadable("Issue \(id): invalid event count.")
        }
        guard last >= now - silence, row["status"].text != "ignored" else { return .calm }
        let isNew = first >= now - CascadeQueries.newest
        let change =
            isNew ? Rise(onset: first, events: count, expected: 0) : rise(of: row["stats_24h"].text ?? "", now: now)
        guard let change, change.events >= leastEvents, change.onset <= now else { return .calm }
        let start = change.onset.floored(to: .minutes(1))
        let end = min(max(last, change.onset + shortest), now).floored(to: .minutes(1)) + .minutes(1)
        return .rises(
            CascadeIssue(
                id: id, name: name(of: row), events: change.events, expected: change.expected, isNew: isNew,
                onset: change.onset, lastSeen: min(last, now), start: start, end: end))
    }

    /// The latest hours that stand out most from the hours before (least squares): at least three times as many, and by no
    /// chance. `stats` is JSON: pairs of epoch seconds and events of the hour.
    private static func rise(of stats: String, now: Instant) -> Rise? {
        let hours = pairs(in: stats).filter { $0.hour <= now }.suffix(24)
        guard hours.count >= 8 else { return nil }
        var best: (gain: Double, rise: Rise)?
        for length in 1...(hours.count - 6) {
            let (recent, past) = (hours.suffix(length), hours.dropLast(length))
            let events = recent.reduce(0) { $0 + $1.events }
            let before = past.reduce(0) { $0 + $1.events }
            let expected = Double(before) * Double(length) / Double(past.count)
            guard let onset = recent.first?.hour, events >= leastEvents, Double(events) >= leastRatio * expected
            else { continue }
            let p = PoissonRates.p(Double(events), in: Double(length), against: Double(before), in: Double(past.count))
            // What the cut takes off the squared error of one level, up to a constant factor.
            let step = Double(events) / Double(length) - Double(before) / Double(past.count)
            let gain = Double(length * past.count) * step * step
            if p < chance, gain > best?.gain ?? 0 {
                best = (gain, Rise(onset: onset, events: events, expected: expected))
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

    /// `RateLimitError`: the type, else the title up to its colon.
    private static func name(of row: RowSet.Record) -> String {
        let type = row["error_type"].text ?? ""
        let title = row["title"].text ?? ""
        let text = type.isEmpty ? String(title.prefix { $0 != ":" }) : type
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(80)))
    }

    /// Takes what the events say; nil where they could not be read.
    mutating func take(events: RowSet?) {
        eventsAreUnread = events == nil
        guard let events else { return }
        let records = events.records.filter { $0["timestamp"].instant.map { $0 >= start && $0 < end } ?? false }
        eventsRead = records.count
        func usual(_ column: String) -> String {
            let words = records.compactMap { $0[column].text }.filter { !$0.isEmpty }
            let counts = Dictionary(grouping: words, by: \.self).mapValues(\.count)
            let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            return most.map { $0.value * 2 > words.count ? $0.key : "" } ?? ""
        }
        (release, environment) = (usual("release"), usual("environment"))
        traces = Set(records.compactMap { $0["trace_id"].text }.filter { !$0.isEmpty })
    }
}
