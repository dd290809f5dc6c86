package import Basics

/// The flags that tell agents to stop, and which agents read them.
///
/// Shared by the loopback server, which reads them, and the kill act, which raises them. A flag is stored before it is
/// served, so a restart loses none.
package final class KillFlags: Sendable {
    package struct Flag: Hashable, Sendable {
        package var trace: String
        package var agent: String
        package var reason: String
        package var since: Instant

        package init(trace: String, agent: String, reason: String, since: Instant) {
            self.trace = trace
            self.agent = agent
            self.reason = reason
            self.since = since
        }
    }

    private struct State {
        var flags: [String: Flag] = [:]
        /// When each trace and each agent last read its flag.
        var traces: [String: Instant] = [:]
        var agents: [String: Instant] = [:]
        /// When a trace was first told to stop.
        var answered: [String: Instant] = [:]
    }

    private let state: Lock<State>
    private let keep: @Sendable (Flag) async throws -> Void
    /// When this process began to serve flags.
    package let startedAt: Instant

    /// `flags` are those that the store kept; `keep` writes one more and returns when it is safe.
    package init(
        flags: [Flag] = [], startedAt: Instant, keep: @escaping @Sendable (Flag) async throws -> Void
    ) {
        var state = State()
        for flag in flags { state.flags[flag.trace] = flag }
        self.state = Lock(state)
        self.startedAt = startedAt
        self.keep = keep
    }

    /// Raises the flag of a trace; an earlier one stays.
    package func raise(_ flag: Flag) async throws {
        if self.flag(of: flag.trace) != nil { return }
        try await keep(flag)
        state.withLock { state in
            if state.flags[flag.trace] == nil { state.flags[flag.trace] = flag }
        }
    }

    package func flag(of trace: String) -> Flag? {
        state.withLock { $0.flags[trace] }
    }

    /// An agent reads the flag of its trace.
    package func ask(trace: String, agent: String?, now: Instant) -> Flag? {
        state.withLock { state in
            Self.note(trace, in: &state.traces, now: now)
            if let agent, !agent.isEmpty { Self.note(agent, in: &state.agents, now: now) }
            guard let flag = state.flags[trace] else { return nil }
            if state.answered[trace] == nil { state.answered[trace] = now }
            return flag
        }
    }

    /// When this trace last read its flag, or its agent any flag; nil when neither did.
    package func lastAsked(trace: String, agent: String) -> Instant? {
        state.withLock { state in
            [state.traces[trace], state.agents[agent]].compactMap { $0 }.max()
        }
    }

    /// When the trace was first told to stop: the proof that the kill was delivered.
    package func answeredAt(trace: String) -> Instant? {
        state.withLock { $0.answered[trace] }
    }

    /// Any local process can ask, so this memory is bounded: the oldest half is dropped.
    private static func note(_ name: String, in moments: inout [String: Instant], now: Instant) {
        if moments.count >= 4096, moments[name] == nil {
            let middle = moments.values.sorted()[moments.count / 2]
            moments = moments.filter { $0.value > middle }
        }
        moments[name] = now
    }
}
