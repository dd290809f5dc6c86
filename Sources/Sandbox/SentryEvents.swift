import Basics
import Crypto

/// The events of Sentry's issues as its lists write them: those of an issue or a project, and Explore's table.
struct SentryEvents: Sendable {
    let issues: [SandboxIssue]

    struct Event: Hashable, Sendable {
        var issue: SandboxIssue
        var number: Int
        var time: Instant
        var trace: String?

        /// 32 hexadecimal digits, as Sentry's are.
        var id: String {
            Hexadecimal.text(of: Array(SHA256.digest(of: Array("\(issue.id)/\(number)".utf8)).prefix(16)))
        }

        var user: String { "user-\(number % 40)" }

        /// In the order of their keys.
        var tags: [(key: String, value: String)] {
            [("environment", issue.environment), ("level", issue.level)]
                + (issue.release.map { [("release", $0)] } ?? []) + [("runtime", "CPython 3.13.1")]
                + (trace.map { [("trace_id", $0)] } ?? [])
        }
    }

    /// Newest first, for one issue or all; nil without a window.
    func rows(of issue: SandboxIssue?, _ window: SentryWindow?) -> [Event]? {
        guard let window else { return nil }
        return (issue.map { [$0] } ?? issues).flatMap(Self.events).filter { event in
            window.contains(event.time) && window.matches(event.issue.title) { Self.value(of: event, $0)?.text }
        }.sorted { ($0.time, $0.issue.id, $0.number) > ($1.time, $1.issue.id, $1.number) }
    }

    private static func events(of issue: SandboxIssue) -> [Event] {
        let loud = issue.bursts.reduce(0) { $0 + max(0, $1.count) }
        let life = SandboxIssue.Burst(from: issue.firstSeen, to: issue.lastSeen, count: issue.count - loud)
        let quiet = life.times.map { (time: $0, isTraced: issue.bursts.isEmpty) }
        let times = quiet + issue.bursts.flatMap(\.times).map { (time: $0, isTraced: true) }
        let traced = issue.bursts.isEmpty ? 0..<quiet.count : quiet.count..<times.count
        return times.enumerated().map { number, event in
            var place = (number - traced.lowerBound) * issue.traces.count / max(1, traced.count)
            // If many events belong to few traces, events of one time belong to several.
            if traced.count > 4 * issue.traces.count { place = max(0, place - number % 24) }
            let trace = event.isTraced && !issue.traces.isEmpty ? issue.traces[place] : nil
            return Event(issue: issue, number: number, time: event.time, trace: trace)
        }
    }

    /// Of the 24 hours that end with the running one: pairs of the hour's epoch seconds and its events.
    static func hourlyCounts(of issue: SandboxIssue, now: Instant) -> JSONValue {
        let first = now.startOfHour - .hours(23)
        let counts = Dictionary(grouping: events(of: issue).filter { $0.time >= first }) { $0.time.startOfHour }
        return .array(
            (0..<24).map { number in
                let hour = first + .hours(Double(number))
                return [.integer(hour.milliseconds / 1000), JSONValue(counts[hour]?.count ?? 0)]
            })
    }

    // MARK: the lists of an issue and of a project

    /// In lists, `type` is named `event.type`.
    static func row(_ event: Event) -> JSONValue {
        JSONValue.object([.init("event.type", "error")]).adding(shared(event))
    }

    /// The type and the value on both sides of the colon in a title.
    static func error(of issue: SandboxIssue) -> JSONValue {
        let parts = issue.title.split(separator: ":", maxSplits: 1).map { String($0.trimmingPrefix(" ")) }
        return object(type: parts.first, value: parts.last)
    }

    private static func shared(_ event: Event) -> JSONValue {
        let issue = event.issue
        return object(
            id: event.id, eventID: event.id, groupID: issue.id, projectID: SentryProvider.project.id,
            title: issue.title, message: issue.title, culprit: issue.culprit, location: issue.location,
            platform: "python", dateCreated: event.time.iso8601Seconds,
            user: object(id: event.user, email: nil, username: nil, ip_address: nil),
            tags: event.tags.map { object(key: $0.key, value: $0.value) }, crashFile: nil, metadata: error(of: issue))
    }

    /// With the exception and the contexts, as `full=true` asks for.
    static func fullRow(_ event: Event) -> JSONValue {
        let file = event.issue.location ?? "app.py"
        let frame: JSONValue = object(
            filename: file, absPath: "/app/\(file)", function: "run", lineNo: 41, inApp: true, context: emptyList,
            vars: nil)
        let exception = error(of: event.issue).adding(
            object(mechanism: object(type: "generic", handled: true), stacktrace: object(frames: [frame])))
        return shared(event).adding(
            object(
                type: "error", dateReceived: (event.time + .seconds(1)).iso8601,
                entries: [object(type: "exception", data: object(values: [exception], hasSystemFrames: false))],
                contexts: object(runtime: object(name: "CPython", version: "3.13.1", type: "runtime")),
                release: event.issue.release.map { object(version: $0, status: "open") },
                sdk: object(name: "sentry.python", version: "2.75.0"), errors: emptyList, nextEventID: nil,
                previousEventID: nil))
    }

    // MARK: Explore

    /// A text or a number of an event under a name of Explore's; nil for what it has not.
    private static func value(of event: Event, _ name: String) -> (text: String, json: JSONValue)? {
        func text(_ text: String?) -> (String, JSONValue)? { text.map { ($0, .string($0)) } }
        switch name {
        case "id": return text(event.id)
        case "title", "message": return text(event.issue.title)
        case "event.type": return text("error")
        case "project", "project.name": return text(SentryProvider.project.slug)
        case "platform": return text("python")
        case "timestamp": return text(event.time.iso8601Seconds.replacing("Z", with: "+00:00"))
        case "transaction": return text(event.issue.culprit)
        case "issue.id": return (event.issue.id, JSONValue(Int(event.issue.id)))
        case "issue": return text("ASSISTANT-\(event.issue.id)")
        case "user.id": return text(event.user)
        default: return text(event.tags.first { $0.key == name }?.value)
        }
    }

    /// The requested fields; those that an event does not have are null.
    static func tableRow(_ event: Event, fields: [String]) -> JSONValue {
        .object(fields.map { .init($0, value(of: event, $0)?.json ?? .null) })
    }

    // MARK: tags

    /// Each with its values, the most frequent first and ten at most.
    func tags(of issue: SandboxIssue) -> [JSONValue] {
        let events = Self.events(of: issue)
        let all = Dictionary(grouping: events.flatMap { event in event.tags.map { (tag: $0, time: event.time) } }) {
            $0.tag.key
        }
        return all.sorted { $0.key < $1.key }.map { key, uses in
            let values = Dictionary(grouping: uses, by: \.tag.value).sorted {
                ($1.value.count, $0.key) < ($0.value.count, $1.key)
            }
            return object(
                key: key, name: key.prefix(1).uppercased() + key.dropFirst(), uniqueValues: values.count,
                totalValues: uses.count,
                topValues: values.prefix(10).map { value, uses in
                    object(
                        key: value, name: value, value: value, count: uses.count, query: nil,
                        firstSeen: uses.map(\.time).min(), lastSeen: uses.map(\.time).max())
                })
        }
    }
}

extension SandboxIssue.Burst {
    /// From its beginning to its end, both included.
    fileprivate var times: [Instant] {
        let step = count > 1 ? (to - from).seconds / Double(count - 1) : 0
        return (0..<max(0, count)).map { from + .seconds(step * Double($0)) }
    }
}
