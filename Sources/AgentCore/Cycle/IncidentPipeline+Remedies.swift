import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

extension IncidentPipeline {
    /// Asks the gate about each group of the findings, and stores its decision in one transaction.
    func route(_ opened: Case, _ findings: [Finding]) async throws {
        let incident = opened.incident
        var modes: [ApprovalMode] = []
        let known = try await writer.read { store in
            try findings.filter { finding in
                try finding.facts.cost.map { try !store.isCost($0, ofLoopsIn: incident) } ?? true
            }
        }
        for group in Gate.groups(of: known) {
            modes.append(try await route(group, incident: incident, suspects: opened.suspects))
        }
        let best = modes.contains(.pending) ? ApprovalMode.pending : modes.contains(.auto) ? .auto : .none
        try await writer.transaction { store in
            let waits = try store.snapshot.approvals(ofIncident: incident).contains { $0.status == .pending }
            try store.setApproval(waits ? .pending : best, of: incident)
        }
    }

    private func route(_ group: [Finding], incident: Int64, suspects: [Suspect]) async throws -> ApprovalMode {
        let (now, gate, runner) = (clock.now(), gate, configuration.runner)
        return try await writer.transaction { store in
            // It was merged into another one.
            guard try store.snapshot.life(ofIncident: incident) != nil else { return .none }
            let circumstances = try store.snapshot.circumstances(ofIncident: incident, at: now)
            let decision = gate.route(group, incident: incident, suspects: suspects, in: circumstances, now: now)
            for permission in decision.acts {
                // A closed request loses its buttons.
                guard try store.enqueue(permission, at: now).request != nil else { continue }
                try store.updateMessage(
                    "Approval no longer required, allowed by \(permission.ground.sentence): \(permission.action.sentence).",
                    of: incident, gate: gate, at: now)
            }
            if let draft = decision.request {
                // The exact requests of the remedy, for the approver.
                let context = try store.snapshot.context(
                    of: draft.action, incident: incident, attemptedAt: now, policy: gate.policy)
                _ = try store.openRequest(draft, dryRun: runner.dryRun(draft.action, context: context))
            }
            return decision.mode
        }
    }
}
