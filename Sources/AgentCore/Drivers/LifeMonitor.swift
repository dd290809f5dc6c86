import Basics
import Governance
import IncidentStore

/// Ends snoozes, and begins and ends silences, each at its moment.
struct LifeMonitor: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    let outbox: Outbox
    /// Makes the on-call brain run now: what a silence held back is looked at again at once.
    let scan: @Sendable () async -> Void

    /// Does what is due. Writes nothing when nothing is.
    func live() async throws {
        let now = clock.now()
        guard let next = try await writer.read({ try $0.nextLifeMoment() }), next <= now else { return }
        let gate = await gate()
        let freed = try await writer.transaction { try $0.bringUpToDate(gate: gate, at: now) }
        await outbox.wake()
        if !freed.isEmpty { await scan() }
    }
}
