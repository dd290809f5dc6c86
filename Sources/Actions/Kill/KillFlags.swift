package import Basics

/// The kill flags of agents, and when agents polled them.
///
/// Shared by the loopback server, which serves them, and the kill act, which raises them. A flag is stored before it is
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
        /// When each trace and each agent last polled.
        var traces: [String: Instant] = [:]
        var agents: [String: Instant] = [:]
        /// When the raised flag of a trace was first read.
        var delivered: [String: Instant] = [:]
    }

    private let state: Lock<State>
    private let keep: @Sendable (Flag) async throws -> Void
    /// When this process started to serve flags.
    package let startedAt: Instant

    /// `flags` are already stored; `keep` stores one more and returns when it is durable.
    package init(
        flags: [Flag] = [], startedAt: Instant, keep: @escaping @Sendable (Flag) async throws -> Void
    ) {
        state = Lock(State(flags: Dictionary(flags.map { ($0.trace, $0) }, uniquingKeysWith: { $1 })))
        self.startedAt = startedAt
        self.keep = keep
    }

    /// Raises the flag of a trace; an earlier one stays.
    package func raise(_ flag: Flag) async throws {
        if self.flag(of: flag.trace) != nil { return }
        try await keep(flag)
        state.withLock { $0.flags[flag.trace] = $0.flags[flag.trace] ?? flag }
    }

    package func flag(of trace: String) -> Flag? { state.withLock { $0.flags[trace] } }

    /// An agent polls the flag of its trace.
    package func check(trace: String, agent: String?, now: Instant) -> Flag? {
        state.withLock { state in
            Self.note(trace, in: &state.traces, now: now)
            if let agent, !agent.isEmpty { Self.note(agent, in: &state.agents, now: now) }
            guard let flag = state.flags[trace] else { return nil }
            state.delivered[trace] = state.delivered[trace] ?? now
            return flag
        }
    }

    /// When this trace last polled its flag, or its agent any flag; nil when neither did.
    package func lastPolled(trace: String, agent: String) -> Instant? {
        state.withLock { [$0.traces[trace], $0.agents[agent]].compactMap { $0 }.max() }
    }

    /// When the trace first read its raised flag, which proves that the kill was delivered.
    package func deliveredAt(trace: String) -> Instant? { state.withLock { $0.delivered[trace] } }

    /// Any local process can poll, so this memory is bounded: the older half is dropped.
    private static func note(_ name: String, in moments: inout [String: Instant], now: Instant) {
        if moments.count >= 4096, moments[name] == nil {
            let middle = moments.values.sorted()[moments.count / 2]
            moments = moments.filter { $0.value > middle }
        }
        moments[name] = now
    }
}
