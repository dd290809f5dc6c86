package import Basics

/// What the kill act needs of the process that it runs in.
package struct KillPorts: Sendable {
    package var flags: KillFlags
    /// The loopback server's address, `http://127.0.0.1:8000` or without the scheme; nil where it does not listen.
    package var address: String?
    package var timing: KillTiming
    /// How far a trace has come, read fresh from the source; nil when the trace is not in the source.
    package var latestStep: @Sendable (_ trace: String) async throws -> TraceProgress?
    package var sleep: @Sendable (Span) async throws -> Void

    package init(
        flags: KillFlags, address: String?, timing: KillTiming = KillTiming(),
        latestStep: @escaping @Sendable (_ trace: String) async throws -> TraceProgress?,
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) {
        self.flags = flags
        self.address = address
        self.timing = timing
        self.latestStep = latestStep
        self.sleep = sleep
    }
}

/// The ways to stop an agent that this process has.
struct KillExecutors: Sendable {
    let ports: KillPorts
    let webhook: KillWebhook
    let clock: WallClock
    let text: OutgoingText

    /// Where an agent asks for its flag.
    func flagAddress(trace: String, agent: String) -> String? {
        ports.address.map { address in
            let root = address.contains("://") ? address : "http://" + address
            return
                "\(root)\(KillFlagRoutes.path)?trace=\(PercentEncoding.encode(trace))&agent=\(PercentEncoding.encode(agent))"
        }
    }

    /// When the agent last asked, if that is recent enough for it to hear of a flag.
    func listenerAsked(trace: String, agent: String, within span: Span, now: Instant) -> Instant? {
        guard ports.address != nil, let asked = ports.flags.lastAsked(trace: trace, agent: agent),
            now - asked <= span
        else { return nil }
        return asked
    }
}
