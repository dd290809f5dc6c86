package import Basics
import OnCallModel

/// What the kill act needs from the process that it runs in.
package struct KillPorts: Sendable {
    package var flags: KillFlags
    /// The loopback server's address, `http://127.0.0.1:8000` or without the scheme; nil if the server does not run.
    package var address: String?
    package var timing: KillTiming
    /// The progress of traces, read from the source now; without those that the source does not have.
    package var latestSteps: @Sendable (_ traces: [String]) async throws -> [String: TraceProgress]
    package var sleep: @Sendable (Span) async throws -> Void

    package init(
        flags: KillFlags, address: String?, timing: KillTiming = KillTiming(),
        latestSteps: @escaping @Sendable (_ traces: [String]) async throws -> [String: TraceProgress],
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) {
        self.flags = flags
        self.address = address
        self.timing = timing
        self.latestSteps = latestSteps
        self.sleep = sleep
    }
}

/// The ways to stop an agent that this process has.
struct KillExecutors: Sendable {
    let ports: KillPorts
    let webhook: KillWebhook
    let clock: WallClock
    let text: OutgoingText

    /// The webhook of an agent: that of the environment, unless settings name the agent.
    func webhook(of agent: String, by ladder: Ladder) -> KillWebhook {
        guard let rows = ladder.webhooks(agent: agent) else { return webhook }
        var access = webhook.access
        access.killURL = rows.first.map { $0.url.isEmpty ? access.killURL : $0.url } ?? ""
        return KillWebhook(access: access, calls: webhook.calls, sleep: webhook.sleep)
    }

    /// The URL where an agent polls its flag.
    func flagAddress(trace: String, agent: String) -> String? {
        ports.address.map { address in
            let root = address.contains("://") ? address : "http://" + address
            return
                "\(root)\(KillFlagRoutes.path)?trace=\(PercentEncoding.encode(trace))&agent=\(PercentEncoding.encode(agent))"
        }
    }
}
