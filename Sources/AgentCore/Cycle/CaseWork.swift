import Actions
import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel
import SourceEngine

/// Takes one finding from detection to its notices and its remedy.
///
/// The incident is saved first, with Sentinel's own report; then the remedy is routed; then a model may improve the
/// report; then the notices go into the outbox. Each step is idempotent, so a cycle that was cut off is made up for by
/// the next.
struct CaseWork: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: Settings

    private var clock: WallClock { configuration.clock }
    private var narration: NarrationStage {
        NarrationStage(narrator: configuration.narrator, redaction: configuration.redaction)
    }

    /// The incident as it stands afterwards.
    func work(on finding: Finding, scan: String, reopenWithin: Span) async throws -> IncidentDetail? {
        let now = clock.now()
        let finding = finding
        let opened = try await writer.transaction { store -> Opened? in
            guard
                let record = try store.recordFinding(finding, scan: scan, reopenWithin: reopenWithin, at: now)
            else { return nil }
            if let loop = finding.loop { try store.upsertLoop(loop, incident: record.incident, asOf: now) }
            let waiting = try store.snapshot.uninvestigatedIncidents().contains(record.incident)
            return Opened(
                incident: record.incident, needsInvestigation: waiting || record.isNew || record.reopened,
                suspects: try store.snapshot.incident(record.incident)?.suspects ?? [])
        }
        guard let opened else { return nil }
        var suspects = opened.suspects
        var file: CaseFile?
        if opened.needsInvestigation {
            var caseFile = await investigate(finding, now: now)
            let verdict = Blame.verdict(of: caseFile)
            suspects = verdict.suspects
            let (graph, gap) = EvidenceGraph.make(of: caseFile, verdict: verdict, incident: opened.incident)
            if let gap { caseFile.gaps.append(gap) }
            try await save(narration.template(caseFile, suspects: suspects), suspects, caseFile, of: opened.incident)
            try await saveForensics(graph, verdict.noCodeCause, caseFile.surroundings.traces, of: opened.incident)
            file = caseFile
        }
        try await route(finding, incident: opened.incident, suspects: suspects)
        if let file, let narrative = await narration.narrate(file, suspects: suspects) {
            try await save(narrative, suspects, file, of: opened.incident)
        }
        try await notify(opened.incident)
        return try await writer.read { try $0.incident(opened.incident) }
    }

    private struct Opened: Sendable {
        var incident: Int64
        var needsInvestigation: Bool
        var suspects: [Suspect]
    }

    private func investigate(_ finding: Finding, now: Instant) async -> CaseFile {
        await InvestigationStage(engine: configuration.engine, scope: configuration.scope)
            .investigate(finding, now: now)
    }

    private func save(
        _ narrative: Narrative, _ suspects: [Suspect], _ file: CaseFile, of incident: Int64
    ) async throws {
        let now = clock.now()
        try await writer.transaction {
            try $0.saveInvestigation(
                of: incident, narrative: narrative, suspects: suspects, caseFile: file, at: now)
        }
    }

    private func saveForensics(
        _ graph: CausalGraph, _ noCodeCause: NoCodeCause, _ traces: [TraceTree], of incident: Int64
    ) async throws {
        try await writer.transaction {
            try $0.saveForensics(of: incident, graph: graph, noCodeCause: noCodeCause, traces: traces)
        }
    }

    // MARK: remedy

    /// Asks the gate, and does in one transaction what it says.
    private func route(_ finding: Finding, incident: Int64, suspects: [Suspect]) async throws {
        let now = clock.now()
        let preview = try await dryRun(finding, incident: incident, suspects: suspects, now: now)
        let (settings, isFrozen, approvers) = (settings, configuration.isFrozen, configuration.approvers)
        try await writer.transaction { store in
            let snapshot = store.snapshot
            let kills = try snapshot.automaticKills(since: now - Policy.budgetWindow)
            var gate = Gate(
                policy: Policy(settings: settings, isFrozen: isFrozen, approvers: approvers), recentKills: kills)
            let requests = try snapshot.approvals(ofIncident: incident)
            let history = RemedyHistory(
                acts: Set(try snapshot.acts(ofIncident: incident).map(\.key)),
                request: requests.max { $0.id < $1.id }?.status)
            let decision = gate.route(
                finding, incident: incident, suspects: suspects, history: history, now: now)
            for approval in decision.acts { try store.enqueue(approval, at: now) }
            if let draft = decision.request {
                // The act that an approval enqueues has the request's key: the same as the gate's own, so that the
                // remedy is taken once however it came to be allowed. One that expired is asked again under a new key.
                let key = Gate.key(of: draft.action, incident: incident)
                _ = try store.openRequest(
                    key: requests.isEmpty ? key : "\(key)#\(requests.count + 1)",
                    action: draft.action, incident: incident, type: draft.type, severity: draft.severity,
                    summary: draft.summary, dryRun: preview, at: draft.createdAt, expiresAt: draft.expiresAt)
            }
            try store.setApproval(decision.mode, of: incident)
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

    // MARK: notices

    private func notify(_ incident: Int64) async throws {
        let now = clock.now()
        let gate = Gate(policy: Policy(settings: settings, isFrozen: configuration.isFrozen))
        try await writer.transaction { store in
            try store.allow(.postIncident(incident: incident), incident: incident, gate: gate, at: now)
            try store.allow(.openIssue(incident: incident), incident: incident, gate: gate, at: now)
        }
    }
}

extension StoreSnapshot {
    /// When loops were killed unasked, since `moment`.
    func automaticKills(since moment: Instant) throws -> [Instant] {
        try acts(of: .killLoop, since: moment).filter { $0.allowedBy.hasPrefix("policy:") }.map(\.createdAt)
    }
}
