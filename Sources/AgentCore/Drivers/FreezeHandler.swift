import Basics
import Governance
import IncidentStore
import OnCallModel

/// Answers those who freeze all actions, and those who end a freeze.
struct FreezeHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    /// What the store says, for the gates of this process.
    let isFrozen: Lock<Bool>
    let isFrozenByEnvironment: Bool

    func freeze(because reason: String, by author: String) async throws -> IntentAnswer {
        guard await gate().policy.admits(author) else { return .refused(Refusal.notAnApprover(author).sentence) }
        isFrozen.withLock { $0 = true }
        let now = clock.now()
        if let earlier = try await writer.transaction({ try $0.freeze(by: author, because: reason, at: now) }) {
            return IntentAnswer("Actions are frozen since \(earlier.since.iso8601Seconds) by \(earlier.author).")
        }
        return IntentAnswer("All actions are frozen. `sentinel approvals thaw` ends the freeze.")
    }

    func thaw(by author: String) async throws -> IntentAnswer {
        guard await gate().policy.admits(author) else { return .refused(Refusal.notAnApprover(author).sentence) }
        let now = clock.now()
        let freeze = try await writer.transaction { try $0.thaw(by: author, at: now) }
        isFrozen.withLock { $0 = false }
        if isFrozenByEnvironment {
            return .refused("SENTINEL_FREEZE is set. Unset it and restart the agent.")
        }
        guard let freeze else { return .refused("Actions are not frozen.") }
        return IntentAnswer("Actions may run again. They were frozen since \(freeze.since.iso8601Seconds).")
    }
}
