import Basics
import Detectors
import Governance
import IncidentStore
import OnCallModel

/// Answers what people ask of the outputs of features.
struct QualityHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    /// Makes Drift Patrol run now.
    let patrol: @Sendable () async -> Void

    /// What a feature gives now becomes its norm, and its incident ends.
    func accept(_ feature: String, by author: String, at now: Instant) async throws -> String {
        let gate = await gate()
        return try await writer.transaction { store in
            guard let known = try store.snapshot.feature(feature) else {
                return "Nothing is known of the outputs of \(feature): scan first."
            }
            guard let snapshot = try store.acceptOutputs(of: feature, by: author, at: now) else {
                return known.state == .learning
                    ? "The outputs of \(feature) are still being learnt; there is nothing to accept."
                    : "The outputs of \(feature) fit snapshot \(known.version); there is nothing to accept."
            }
            let note =
                "The current outputs of \(feature) were accepted by \(author) as snapshot \(snapshot.version)."
            try Self.end(.schemaDrift(of: feature), by: author, note: note, store, gate, at: now)
            return note
        }
    }

    /// Resolves the incident that this finding opened; one that it only joined goes on.
    private static func end(
        _ fingerprint: Fingerprint, by author: String, note: String, _ store: StoreTransaction, _ gate: Gate,
        at now: Instant
    ) throws {
        let open = try store.snapshot.unresolvedFindings()
        guard let incident = open.first(where: { $0.fingerprint == fingerprint })?.incident else { return }
        try store.note(incident, note, by: author, at: now)
        let others = open.filter { $0.incident == incident && $0.fingerprint != fingerprint }
        guard others.isEmpty, try store.resolve(incident, by: author, at: now) else { return }
        try store.updateMessage("Resolved: \(note)", of: incident, gate: gate, at: now)
    }

    func startPatrol() async throws -> String {
        let count = try await writer.read { try $0.features().count }
        await patrol()
        return count == 0 ? "Looking at all features." : "Looking at \(count) features."
    }
}
