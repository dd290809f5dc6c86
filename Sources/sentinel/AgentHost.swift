import Actions
import AgentCore
import Basics
import Configuration
import IncidentStore

/// Runs an agent in this process whenever no other holds the store's lease.
struct AgentHost: Sendable {
    let composition: Composition

    /// Works until the task is cancelled. While another agent has the lease it waits for its end; an agent that fails is
    /// started again after a pause, and `onFailure` is told why.
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

    /// Works until the task is cancelled, and throws what stops it.
    func runOnce(
        onStart: @Sendable (LoopbackServer?) async -> Void = { _ in }, onFailure: @Sendable (String) -> Void
    ) async throws {
        var server: LoopbackServer?
        do {
            server = try LoopbackServer(
                composition.environment, clock: composition.clock, inbox: IntentInbox(composition.paths.database))
        } catch {
            // Without the server everything works but the kill flag, and the kill says so.
            onFailure("The kill flag cannot be served: \(error)")
        }
        defer { server?.stop() }
        let flags = server?.flags ?? KillFlags(startedAt: composition.clock.now()) { _ in }
        await onStart(server)
        try await composition.agent(killFlags: flags, listening: server?.address).run()
    }
}
