import Basics
import Governance
import IncidentStore
import OnCallModel

/// Expires each request at its own moment and says so in Slack; ends snoozes and silences at theirs.
struct ExpiryMonitor: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    let outbox: Outbox
    let lives: LifeMonitor
    /// Sent when requests may have been opened or decided.
    let wakeSignal: WakeSignal

    func run() async throws {
        while !Task.isCancelled {
            try await expire()
            let next = try await writer.read { [try $0.nextExpiry(), try $0.nextLifeMoment()] }
            await wakeSignal.wait(until: next.compactMap { $0 }.min())
        }
    }

    func expire() async throws {
        try await lives.live()
        let now = clock.now()
        guard let next = try await writer.read({ try $0.nextExpiry() }), next <= now else { return }
        let gate = await gate()
        let expired = try await writer.transaction { store in
            let items = try store.expireRequests(at: now)
            for item in items {
                guard let incident = item.incident else { continue }
                try store.updateMessage(
                    "Expired at \(item.expiresAt.iso8601Seconds) without an answer: \(item.action.sentence).",
                    of: incident, gate: gate, at: now)
            }
            return items
        }
        if !expired.isEmpty { await outbox.wake() }
    }
}
