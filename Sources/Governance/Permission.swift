package import OnCallModel
package import OutboxSeal

/// Permission for one act. Only this module can create one, so an act without a decision does not compile.
package struct Permission: Hashable, Sendable {
    package let action: Action
    package let key: ActKey
    package let ground: Ground
    /// The incident of the act, and how often it had been reopened.
    package let incident: Int64?
    package let round: Int

    init(_ action: Action, for subject: ActKey.Subject, ground: Ground, incident: Int64?, round: Int) {
        self.action = action
        key = ActKey(action, for: subject)
        self.ground = ground
        self.incident = incident
        self.round = round
    }

    /// - Parameter rest: what is left of the stored act; nil for all of it.
    init(_ stored: StoredPermission, limitedTo rest: Action? = nil) {
        action = rest ?? stored.action
        key = ActKey(stored: stored.key)
        ground = stored.ground
        incident = stored.incident
        round = stored.round
    }
}

/// A permission as stored in the outbox. It allows nothing until the gate has checked it (``Gate/resume(_:in:now:)``).
///
/// Only the store has the seal that creates one.
package struct StoredPermission: Hashable, Sendable {
    /// The row's id.
    package let act: Int64
    let action: Action
    let key: String
    let ground: Ground
    package let incident: Int64?
    let round: Int

    package init(
        act: Int64, action: Action, key: String, ground: Ground, incident: Int64?, round: Int, seal _: Seal
    ) {
        self.act = act
        self.action = action
        self.key = key
        self.ground = ground
        self.incident = incident
        self.round = round
    }
}
