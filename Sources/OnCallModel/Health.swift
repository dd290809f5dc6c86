package import Basics

/// The state of one source in the latest cycle.
package struct SourceHealth: Hashable, Sendable, Identifiable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok
        /// The first read of history is under way.
        case syncing
        /// Rows are there, but not all: truncated, or some table failed.
        case partial
        /// It returned rows before and returns none now.
        case noData = "no_data"
        case down
        /// Its provider rejects the key, until it answers again.
        case refused
        /// Its provider allows no call now.
        case waiting
        /// It is configured, and nothing has asked it.
        case notChecked = "not_checked"
        case notConfigured = "not_configured"
    }

    package var id: String { name }
    package var name: String
    package var state: State
    /// Up to when its rows are complete.
    package var asOf: Instant?
    /// HTTP calls in the latest cycle.
    package var calls: Int
    /// Why it is not ok and what to do; empty when it is.
    package var message: String

    package init(name: String, state: State, asOf: Instant?, calls: Int, message: String) {
        (self.name, self.state, self.asOf, self.calls, self.message) = (name, state, asOf, calls, message)
    }
}

/// A source that is down.
package struct SourceOutage: Hashable, Sendable {
    package var source: String
    package var since: Instant
    /// As a sentence, with what to do.
    package var reason: String

    package init(source: String, since: Instant, reason: String) {
        (self.source, self.since, self.reason) = (source, since, reason)
    }
}

/// Whether a detector could judge at the latest cycle.
package struct DetectorHealth: Hashable, Sendable, Identifiable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok, learning, noData = "no_data", partial, failed
        /// A source that it needs has no keys.
        case notConfigured = "not_configured"
    }

    package var id: DetectionType { type }
    package var type: DetectionType
    package var state: State
    /// "learning (31 of 168 h)", or why it failed.
    package var message: String
    package var asOf: Instant

    package init(type: DetectionType, state: State, message: String, asOf: Instant) {
        (self.type, self.state, self.message, self.asOf) = (type, state, message, asOf)
    }
}

/// The smart sampler's latest count.
package struct SamplingStats: Hashable, Sendable {
    package var recordedAt: Instant
    package var total: Int
    package var kept: Int
    package var dropped: Int
    /// Reason and how many traces it kept, most first.
    package var reasons: [Reason]

    package struct Reason: Hashable, Sendable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    package init(recordedAt: Instant, total: Int, kept: Int, dropped: Int, reasons: [Reason]) {
        (self.recordedAt, self.total, self.kept) = (recordedAt, total, kept)
        (self.dropped, self.reasons) = (dropped, reasons)
    }
}

/// What the agent is doing.
package struct AgentStatus: Hashable, Sendable {
    /// Who holds the lease: `host:pid`; nil when no agent runs.
    package var holder: String?
    /// What is being done now: "reading langfuse: 3 of 8 days"; empty when idle.
    package var activity: String
    package var lastCycleAt: Instant?
    package var nextCycleAt: Instant?
    /// The latest cycle saw less than everything.
    package var lastCyclePartial: Bool
    /// The address the loopback server listens on.
    package var listening: String?
    /// No action is executed.
    package var isFrozen: Bool
    /// The state of Slack's socket, as a sentence; nil where Slack sends no clicks by one.
    package var slackSocket: String?
    package var isSlackSocketOpen: Bool

    package init(
        holder: String? = nil, activity: String = "", lastCycleAt: Instant? = nil,
        nextCycleAt: Instant? = nil, lastCyclePartial: Bool = false, listening: String? = nil,
        isFrozen: Bool = false, slackSocket: String? = nil, isSlackSocketOpen: Bool = false
    ) {
        (self.holder, self.activity, self.lastCycleAt) = (holder, activity, lastCycleAt)
        (self.nextCycleAt, self.lastCyclePartial, self.listening) = (nextCycleAt, lastCyclePartial, listening)
        self.isFrozen = isFrozen
        (self.slackSocket, self.isSlackSocketOpen) = (slackSocket, isSlackSocketOpen)
    }

    /// Why no click arrives from Slack; nil if clicks arrive, or are not expected by a socket.
    package var slackSocketFault: String? { isSlackSocketOpen ? nil : slackSocket }
}

extension [SourceHealth] {
    /// Shows a fault where the state of its provider is shown.
    package mutating func show(_ fault: String, of name: String) {
        guard let index = firstIndex(where: { $0.name == name }) else {
            append(SourceHealth(name: name, state: .partial, asOf: nil, calls: 0, message: fault))
            return sort { $0.name < $1.name }
        }
        if [.ok, .syncing, .notConfigured].contains(self[index].state) { self[index].state = .partial }
        let before = self[index].message
        self[index].message = before.isEmpty ? fault : "\(fault) \(before)"
    }
}

extension [DetectorHealth] {
    /// A verdict that is older says nothing about now.
    private static let maxAge = Span.hours(2)

    /// Why it is not known that there is nothing of these classes; nil if their detectors have judged.
    package func unknown(of types: [DetectionType], _ agent: AgentStatus?, at now: Instant) -> String? {
        let states = Dictionary(map { ($0.type, $0) }) { $1 }
        let wanted = types.filter { states[$0]?.state != .notConfigured }
        let isKnown = wanted.allSatisfy { type in
            states[type].map { $0.state != .failed && now - $0.asOf <= Self.maxAge } ?? false
        }
        if isKnown, !wanted.isEmpty { return nil }
        if let activity = agent?.activity, !activity.isEmpty { return "Not known yet: \(activity)." }
        let failure = types.lazy.compactMap { states[$0] }.first { [.failed, .notConfigured].contains($0.state) }
        if let failure, wanted.isEmpty || failure.state == .failed { return "Not known: \(failure.message)" }
        return agent?.holder == nil ? "Not known: no agent is running." : "Not known yet: no scan has judged it."
    }
}
