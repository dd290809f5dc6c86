import Actions
import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel
import SourceEngine

/// Takes the findings of one trouble from detection to their notices and remedies.
///
/// The incident is saved first, with Sentinel's own report; then the remedies are routed; then a model may improve the
/// report; then the notices go into the outbox. Each step is idempotent, so a cycle that was cut off is made up for by
/// the next.
struct IncidentPipeline: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: Settings

    private var clock: WallClock { configuration.clock }
    private var narration: NarrationStage {
        NarrationStage(narrator: configuration.narrator, redaction: configuration.redaction)
    }

    /// The findings of this scan that one incident has.
    struct Case: Sendable {
        var incident: Int64
        /// The one that opened the incident first, where this scan saw it.
        var findings: [Finding]
        var isNew: Bool
        /// Something joined an incident that people may know already.
        var joined: [Finding] = []
        var needsInvestigation: Bool
        var suspects: [Suspect]
    }

    /// Makes incidents of findings, or occurrences of known ones, in one transaction. Notes are left out.
    func record(_ findings: [Finding], scan: String, reopenWithin: Span) async throws -> [Case] {
        let now = clock.now()
        return try await writer.transaction { store in
            var cases: [Case] = []
            for finding in findings where !finding.isNote {
                let place = try Grouping.incident(for: finding, among: store.snapshot.unresolvedFindings())
                let joining = place.map { Joining(incident: $0.incident, why: $0.why) }
                guard
                    let record = try store.recordFinding(
                        finding, scan: scan, joining: joining, reopenWithin: reopenWithin, at: now)
                else { continue }
                if let loop = finding.loop { try store.upsertLoop(loop, incident: record.incident, asOf: now) }
                try Self.add(finding, record, to: &cases, store.snapshot)
            }
            try store.applySilences(at: now)
            try store.applyInhibition(at: now)
            return cases
        }
    }

    private static func add(
        _ finding: Finding, _ record: FindingRecord, to cases: inout [Case], _ store: StoreSnapshot
    ) throws {
        let isKnown = record.joined && !record.isNew
        if let index = cases.firstIndex(where: { $0.incident == record.incident }) {
            let opensIt = try store.findings(ofIncident: record.incident).first?.fingerprint == finding.fingerprint
            cases[index].findings.insert(finding, at: opensIt ? 0 : cases[index].findings.count)
            if isKnown { cases[index].joined.append(finding) }
            cases[index].needsInvestigation = cases[index].needsInvestigation || isKnown
            return
        }
        let waits = try store.uninvestigatedIncidents().contains(record.incident)
        cases.append(
            Case(
                incident: record.incident, findings: [finding], isNew: record.isNew, joined: isKnown ? [finding] : [],
                needsInvestigation: waits || record.isNew || record.reopened || isKnown,
                suspects: try store.incident(record.incident)?.suspects ?? []))
    }

    /// The incident as it stands afterwards; nil where it turned out to be a part of another one.
    func work(on opened: Case) async throws -> IncidentDetail? {
        guard let lead = opened.findings.first else { return nil }
        let now = clock.now()
        var (incident, suspects, file) = (opened.incident, opened.suspects, CaseFile?.none)
        if opened.needsInvestigation {
            let caseFile = try await investigate(lead, of: incident, now: now)
            let verdict = Blame.verdict(of: caseFile)
            suspects = verdict.suspects
            let graph = EvidenceGraph.make(of: caseFile, verdict: verdict, incident: incident)
            try await save(narration.template(caseFile, suspects: suspects), suspects, caseFile, of: incident)
            try await saveForensics(graph, verdict.noCodeCause, caseFile.surroundings.traces, of: incident)
            file = caseFile
        }
        if opened.isNew, let other = try await absorb(opened, suspects) {
            (incident, file) = (other, nil)
        }
        try await route(opened.findings, incident: incident, suspects: suspects)
        if let file, let narrative = await narration.narrate(file, suspects: suspects) {
            try await save(narrative, suspects, file, of: incident)
        }
        try await notify(incident, joined: incident == opened.incident ? opened.joined : opened.findings)
        return try await writer.read { [incident] in try $0.incident(incident) }
    }

    /// A new incident with the same best suspect as another one is a part of that one.
    private func absorb(_ opened: Case, _ suspects: [Suspect]) async throws -> Int64? {
        let now = clock.now()
        return try await writer.transaction { store in
            let others = try store.snapshot.unresolvedIncidents().filter { $0.id != opened.incident }
            let blamed = try others.map { other in
                (incident: other, best: try store.snapshot.incident(other.id)?.suspects.first?.sha ?? "")
            }
            guard
                let place = Grouping.incident(blaming: suspects, for: opened.findings, among: blamed),
                try store.absorb(opened.incident, into: place.incident, why: place.why, at: now)
            else { return nil }
            return place.incident
        }
    }

    private func investigate(_ finding: Finding, of incident: Int64, now: Instant) async throws -> CaseFile {
        let findings = try await writer.read { try $0.findings(ofIncident: incident) }
        return await InvestigationStage(engine: configuration.engine, scope: configuration.scope)
            .investigate(
                finding, companions: findings.filter { $0.fingerprint != finding.fingerprint }, now: now)
    }

    private func save(
        _ narrative: Narrative, _ suspects: [Suspect], _ file: CaseFile, of incident: Int64
    ) async throws {
        let now = clock.now()
        try await writer.transaction {
            try $0.saveInvestigation(
                of: incident, narrative: narrative, suspects: suspects, commits: file.commits,
                errors: file.errors, messages: file.messages, gaps: file.gaps, at: now)
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

    /// Asks the gate about each finding, and does in one transaction what it says.
    ///
    /// While a silence holds nothing is done and nobody is asked.
    private func route(_ findings: [Finding], incident: Int64, suspects: [Suspect]) async throws {
        guard try await writer.read({ try $0.life(ofIncident: incident)?.silence }) == nil else { return }
        var modes: [ApprovalMode] = []
        for finding in findings {
            modes.append(try await route(finding, incident: incident, suspects: suspects))
        }
        let best = modes.contains(.pending) ? ApprovalMode.pending : modes.contains(.auto) ? .auto : .none
        try await writer.transaction { store in
            let waits = try store.snapshot.approvals(ofIncident: incident).contains { $0.status == .pending }
            try store.setApproval(waits ? .pending : best, of: incident)
        }
    }

    private func route(_ finding: Finding, incident: Int64, suspects: [Suspect]) async throws -> ApprovalMode {
        let now = clock.now()
        let preview = try await dryRun(finding, incident: incident, suspects: suspects, now: now)
        let (settings, isFrozen, approvers) = (settings, configuration.isFrozen, configuration.approvers)
        let remedy = Gate.remedy(for: finding, incident: incident, suspects: suspects)?.kind
        return try await writer.transaction { store in
            let snapshot = store.snapshot
            let kills = try snapshot.automaticKills(since: now - Policy.budgetWindow)
            var gate = Gate(
                policy: Policy(settings: settings, isFrozen: isFrozen, approvers: approvers), recentKills: kills)
            // Findings of one incident may have different remedies, each decided for itself.
            let requests = try snapshot.approvals(ofIncident: incident).filter { $0.action.kind == remedy }
            let history = RemedyHistory(
                acts: Set(try snapshot.acts(ofIncident: incident).map(\.key)),
                request: requests.max { $0.id < $1.id }?.status)
            // Whom nobody is to tell of it, nobody asks to review it; a loop is stopped all the same.
            if remedy == .review, try snapshot.life(ofIncident: incident)?.isQuiet == true {
                if requests.contains(where: { $0.status == .pending }) { return .pending }
                return try snapshot.acts(ofIncident: incident).contains { $0.action.kind == .review } ? .auto : .none
            }
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

    // MARK: notices

    /// `joined`: what became a part of an incident that may have been told of already.
    private func notify(_ incident: Int64, joined: [Finding]) async throws {
        let now = clock.now()
        let gate = Gate(policy: Policy(settings: settings, isFrozen: configuration.isFrozen))
        try await writer.transaction { store in
            try store.notifyIfDue(incident, gate: gate, at: now)
            for finding in joined {
                try store.updateMessage("Joined by \(finding.description)", of: incident, gate: gate, at: now)
            }
        }
    }
}

extension StoreSnapshot {
    /// When loops were killed unasked, since `moment`.
    func automaticKills(since moment: Instant) throws -> [Instant] {
        try acts(of: .killLoop, since: moment).filter { $0.allowedBy.hasPrefix("policy:") }.map(\.createdAt)
    }
}
