package import OnCallModel
package import OutboxSeal

/// Permission for one act. Only this target can make one, so an act that nobody decided on does not compile.
package struct Permission: Hashable, Sendable {
    package let action: Action
    package let key: ActKey
    package let ground: Ground
    /// The incident that the act belongs to, and how often that had been opened again.
    package let incident: Int64?
    package let round: Int

    init(_ action: Action, for subject: ActKey.Subject, ground: Ground, incident: Int64?, round: Int) {
        self.action = action
        key = ActKey(action, for: subject)
        self.ground = ground
        self.incident = incident
        self.round = round
    }

    init(_ stored: StoredPermission) {
        action = stored.action
        key = ActKey(stored: stored.key)
        ground = stored.ground
        incident = stored.incident
        round = stored.round
    }
}

/// A permission as a row of the outbox holds it. It allows nothing before the gate has read it (``Gate/resume(_:in:now:)``).
///
/// Only the store can make one: nobody else has the seal.
package struct StoredPermission: Hashable, Sendable {
    /// The row.
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
