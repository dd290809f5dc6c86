import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

extension IncidentPipeline {
    /// Asks the gate about each finding, and does in one transaction what it says.
    @Sendable
    func route(_ opened: inout Case) async throws {
        let incident = opened.incident
        var modes: [ApprovalMode] = []
        for finding in opened.findings {
            modes.append(try await route(finding, incident: incident, suspects: opened.suspects))
        }
        let best = modes.contains(.pending) ? ApprovalMode.pending : modes.contains(.auto) ? .auto : .none
        try await writer.transaction { store in
            let waits = try store.snapshot.approvals(ofIncident: incident).contains { $0.status == .pending }
            try store.setApproval(waits ? .pending : best, of: incident)
        }
    }

    private func route(_ finding: Finding, incident: Int64, suspects: [Suspect]) async throws -> ApprovalMode {
        let (now, gate) = (clock.now(), gate)
        let preview = try await dryRun(finding, incident: incident, suspects: suspects, now: now)
        return try await writer.transaction { store in
            let circumstances = try store.snapshot.circumstances(ofIncident: incident, at: now)
            let decision = gate.route(finding, incident: incident, suspects: suspects, in: circumstances, now: now)
            for permission in decision.acts {
                // What closes a request takes its buttons away.
                guard try store.enqueue(permission, at: now).request != nil else { continue }
                try store.updateMessage(
                    "No longer asked, as it is allowed by \(permission.ground.sentence): \(permission.action.sentence).",
                    of: incident, gate: gate, at: now)
            }
            if let draft = decision.request { _ = try store.openRequest(draft, dryRun: preview) }
            return decision.mode
        }
    }

    /// The exact requests of the remedy, for whoever is asked to allow it.
    private func dryRun(
        _ finding: Finding, incident: Int64, suspects: [Suspect], now: Instant
    ) async throws -> [String] {
        guard let remedy = Gate.remedy(for: finding, incident: incident, suspects: suspects) else { return [] }
        let context = try await writer.read {
            try $0.context(of: remedy, incident: incident, attemptedAt: now)
        }
        return configuration.runner.dryRun(remedy, context: context)
    }
}
