import Basics
import JSON

/// The rate limits that providers were found to have, by address, so that the next start does not have to find them again.
///
/// They are forgotten after a day, because a plan may change.
package final class RateLimitMemory: Sendable {
    private struct Entry {
        var limit: RateLimit
        var at: Instant
    }

    private static let lifetime = Span.days(1)

    private let entries: Lock<[String: Entry]>
    private let save: @Sendable (String) -> Void

    /// `text` is what `save` was called with last; a text that cannot be read is as if there were none.
    package init(_ text: String? = nil, save: @escaping @Sendable (String) -> Void = { _ in }) {
        entries = Lock(text.map(Self.read) ?? [:])
        self.save = save
    }

    func limit(of key: String, at now: Instant) -> RateLimit? {
        guard let entry = entries.withLock({ $0[key] }), now - entry.at < Self.lifetime, now >= entry.at else {
            return nil
        }
        return entry.limit
    }

    func remember(_ limit: RateLimit, of key: String, at now: Instant) {
        let document = entries.withLock { entries in
            entries[key] = Entry(limit: limit, at: now)
            return JSONValue.object(
                entries.sorted { $0.key < $1.key }.map { key, entry in
                    JSONValue.Member(
                        key,
                        [
                            "requests": JSONValue(entry.limit.requests),
                            "seconds": JSONValue(Int(entry.limit.per.seconds)),
                            "at": .string(entry.at.iso8601),
                        ])
                })
        }
        save(document.serialized)
    }

    private static func read(_ text: String) -> [String: Entry] {
        guard let members = (try? JSONDocument.parse(text))?.members else { return [:] }
        var entries: [String: Entry] = [:]
        for member in members {
            guard let requests = member.value["requests"]?.int, requests > 0,
                let seconds = member.value["seconds"]?.double, seconds > 0,
                let at = member.value["at"]?.string.flatMap({ Instant(iso8601: $0) })
            else { continue }
            entries[member.name] = Entry(
                limit: RateLimit(requests: requests, per: .seconds(seconds)), at: at)
        }
        return entries
    }
}
