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
        self.name = name
        self.state = state
        self.asOf = asOf
        self.calls = calls
        self.message = message
    }
}

/// Whether a detector could judge at the latest cycle.
package struct DetectorHealth: Hashable, Sendable, Identifiable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok, learning, noData = "no_data", partial, failed
    }

    package var id: DetectionType { type }
    package var type: DetectionType
    package var state: State
    /// "learning (31 of 168 h)", or why it failed.
    package var message: String
    package var asOf: Instant

    package init(type: DetectionType, state: State, message: String, asOf: Instant) {
        self.type = type
        self.state = state
        self.message = message
        self.asOf = asOf
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
        self.recordedAt = recordedAt
        self.total = total
        self.kept = kept
        self.dropped = dropped
        self.reasons = reasons
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

    package init(
        holder: String? = nil, activity: String = "", lastCycleAt: Instant? = nil,
        nextCycleAt: Instant? = nil, lastCyclePartial: Bool = false, listening: String? = nil
    ) {
        self.holder = holder
        self.activity = activity
        self.lastCycleAt = lastCycleAt
        self.nextCycleAt = nextCycleAt
        self.lastCyclePartial = lastCyclePartial
        self.listening = listening
    }
}
