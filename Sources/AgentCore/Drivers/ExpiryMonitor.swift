import Basics
import Governance
import IncidentStore
import OnCallModel

/// Expires each request on time and updates its message; starts and ends silences and snoozes on time.
struct ExpiryMonitor: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    let outbox: Outbox
    /// Runs a scan now, to check the incidents whose silence ended.
    let scan: @Sendable () async -> Void
    /// Sent when requests may have been opened or decided.
    let wakeSignal: WakeSignal

    func run() async throws {
        while !Task.isCancelled {
            try await expire()
            let next = try await writer.read { [try $0.nextExpiry(), try $0.nextLifeMoment()] }
            let quiet = await gate().quietUntil(.info, at: clock.now())
            await wakeSignal.wait(until: (next + [quiet]).compactMap { $0 }.min())
            if let quiet, quiet <= clock.now() { try await bringUpToDate(at: clock.now()) }
        }
    }

    /// Does what is due. Writes nothing if nothing is.
    func expire() async throws {
        let now = clock.now()
        let (life, expiry) = try await writer.read { (try $0.nextLifeMoment(), try $0.nextExpiry()) }
        if let life, life <= now { try await bringUpToDate(at: now) }
        if let expiry, expiry <= now { try await expireRequests(at: now) }
    }

    private func bringUpToDate(at now: Instant) async throws {
        let gate = await gate()
        let freed = try await writer.transaction { try $0.bringUpToDate(gate: gate, at: now) }
        await outbox.wake()
        if !freed.isEmpty { await scan() }
    }

    private func expireRequests(at now: Instant) async throws {
        let gate = await gate()
        let expired = try await writer.transaction { store in
            let items = try store.expireRequests(at: now)
            for item in items {
                guard let incident = try item.incident.flatMap({ try store.snapshot.incident($0)?.summary }) else {
                    continue
                }
                try store.tell(
                    "Expired at \(item.expiresAt.iso8601Seconds) without an answer: \(item.action.sentence).",
                    of: incident, gate: gate, at: now)
            }
            return items
        }
        if !expired.isEmpty { await outbox.wake() }
    }
}
