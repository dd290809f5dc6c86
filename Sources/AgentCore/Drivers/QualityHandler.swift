import Basics
import Detectors
import Governance
import IncidentStore
import OnCallModel

/// Answers intents about the outputs of features.
struct QualityHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    /// Runs Drift Patrol now.
    let patrol: @Sendable () async -> Void

    /// Makes the current outputs of a feature its snapshot, and resolves its incident.
    func accept(_ feature: String, by author: String, at now: Instant) async throws -> IntentAnswer {
        let gate = await gate()
        return try await writer.transaction { store in
            guard let known = try store.snapshot.feature(feature) else {
                return .refused("No outputs are recorded for \(feature). Run a scan first.")
            }
            guard let snapshot = try store.acceptOutputs(of: feature, by: author, at: now) else {
                return .refused(
                    known.state == .learning
                        ? "The snapshot of \(feature) is still being learned; there is nothing to accept."
                        : "The outputs of \(feature) match snapshot \(known.version); there is nothing to accept.")
            }
            let note = "\(author) accepted the current outputs of \(feature) as snapshot \(snapshot.version)."
            try Self.end(.schemaDrift(of: feature), by: author, note: note, store, gate, at: now)
            return IntentAnswer(note)
        }
    }

    /// Resolves the incident of this finding, unless it has other findings.
    private static func end(
        _ fingerprint: Fingerprint, by author: String, note: String, _ store: StoreTransaction, _ gate: Gate,
        at now: Instant
    ) throws {
        let open = try store.snapshot.unresolvedFindings()
        guard let incident = open.first(where: { $0.fingerprint == fingerprint })?.incident else { return }
        try store.note(incident, note, by: author, at: now)
        let others = open.filter { $0.incident == incident && $0.fingerprint != fingerprint }
        guard others.isEmpty, let summary = try store.snapshot.incident(incident)?.summary,
            try store.resolve(incident, by: author, at: now)
        else { return }
        try store.tell("Resolved: \(note)", of: summary, gate: gate, at: now)
    }

    func startPatrol() async throws -> IntentAnswer {
        let count = try await writer.read { try $0.features().count }
        await patrol()
        return IntentAnswer(
            count == 0 ? "Checking all features." : "Checking \(count) feature\(count == 1 ? "" : "s").")
    }
}
