import Actions
import AgentCore
import Basics
import Configuration
import IncidentStore

/// Runs an agent in this process while no other agent holds the lease on the store.
struct AgentHost: Sendable {
    let composition: Composition

    /// Runs until the task is cancelled. Waits while another agent holds the lease. An agent that fails is restarted after a
    /// pause, and `onFailure` gets the reason.
    func run(
        onStart: @Sendable (LoopbackServer?) async -> Void = { _ in }, onFailure: @Sendable (String) -> Void
    ) async {
        while !Task.isCancelled {
            if !StoreFile(composition.paths.database).isHeld {
                do {
                    try await runOnce(onStart: onStart, onFailure: onFailure)
                } catch is CancellationError {
                    return
                } catch {
                    onFailure("\(error)")
                }
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    /// Runs until the task is cancelled or the agent fails.
    func runOnce(
        onStart: @Sendable (LoopbackServer?) async -> Void = { _ in }, onFailure: @Sendable (String) -> Void
    ) async throws {
        var server: LoopbackServer?
        do {
            server = try LoopbackServer(
                composition.environment, clock: composition.clock, inbox: IntentInbox(composition.paths.database))
        } catch {
            // Without the server only the kill flag does not work, and a kill reports that.
            onFailure(Notice.killFlagNotServed(error))
        }
        defer { server?.stop() }
        let flags = server?.flags ?? KillFlags(startedAt: composition.clock.now()) { _ in }
        await onStart(server)
        try await composition.agent(killFlags: flags, listening: server?.address).run()
    }
}
