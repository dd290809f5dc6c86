package import Basics

/// A looping trace as the live watch shows it.
package struct LoopItem: Hashable, Sendable, Identifiable {
    package enum Status: String, CaseIterable, Hashable, Sendable {
        /// Still taking steps.
        case active
        /// Allowed to be killed; not yet seen to be dead.
        case killing
        case killed
        case killFailed = "kill_failed"
        /// Stopped by itself.
        case finished
    }

    package var id: Int64
    package var loop: LoopEvidence
    package var status: Status
    package var killMethod: String?
    package var incident: Int64?
    /// The pending request to kill it, if there is one.
    package var request: Int64?
    /// When the figures were read from the source.
    package var asOf: Instant

    package init(
        id: Int64, loop: LoopEvidence, status: Status, killMethod: String? = nil, incident: Int64? = nil,
        request: Int64? = nil, asOf: Instant
    ) {
        (self.id, self.loop, self.status, self.killMethod) = (id, loop, status, killMethod)
        (self.incident, self.request, self.asOf) = (incident, request, asOf)
    }
}
