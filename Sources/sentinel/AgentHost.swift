import Actions
import AgentCore
import Basics

/// Runs an agent in this process while no other agent holds the lease on the store.
struct AgentHost: Sendable {
    let composition: Composition

    /// Runs until the task is cancelled. Waits while another agent holds the lease. An agent that fails is restarted after a
    /// pause, and `onFailure` gets the reason.
    func run(
        onStart: @Sendable (LoopbackServer?) async -> Void = { _ in }, onFailure: @escaping @Sendable (String) -> Void
    ) async {
        while !Task.isCancelled {
            if !composition.isAgentRunning {
                do {
                    try await runOnce(onStart: onStart, onFailure: onFailure)
                } catch is CancellationError {
                    return
                } catch {
                    onFailure("\(error)")
                }
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// Runs until the task is cancelled or the agent fails. `onStart` runs once the agent holds the lease.
    func runOnce(
        onStart: @Sendable (LoopbackServer?) async -> Void = { _ in }, onFailure: @escaping @Sendable (String) -> Void
    ) async throws {
        let clicks = composition.slackClicks()
        let server = loopbackServer(clicks, onFailure)
        defer { server?.stop() }
        try await composition.agent(server, clicks: clicks, report: onFailure).run { await onStart(server) }
    }

    /// Without the server only the kill flag does not work, and a kill reports that.
    private func loopbackServer(
        _ clicks: SlackClicks, _ onFailure: @Sendable (String) -> Void
    ) -> LoopbackServer? {
        do {
            let server = try composition.loopbackServer(clicks)
            if let fault = server.fault { onFailure(fault) }
            return server
        } catch {
            onFailure(Notice.killFlagNotServed(error))
            return nil
        }
    }
}
