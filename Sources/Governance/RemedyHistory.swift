package import OnCallModel

/// What the store knows of an incident's remedy before the gate decides again.
package struct RemedyHistory: Hashable, Sendable {
    /// The keys of the acts in the outbox, in whatever state.
    package var acts: Set<String>
    /// The state of the latest request about this incident; nil when nobody was asked.
    package var request: ApprovalStatus?

    package init(acts: Set<String> = [], request: ApprovalStatus? = nil) {
        self.acts = acts
        self.request = request
    }
}
