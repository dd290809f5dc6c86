import Actions
import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel
import SourceEngine

/// Takes the findings of one incident from detection to their notices and remedies, through ``stages``.
///
/// Each stage is idempotent, so a cycle that was cut off is made up for by the next.
struct IncidentPipeline: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: Settings

    typealias Stage = @Sendable (inout Case) async throws -> Void

    /// The report is saved before a model may improve it, and the remedies come before that: neither waits for a model.
    var stages: [Stage] { [investigate, merge, route, narrate, notify] }

    /// The incident as it stands afterwards; nil where there was nothing to do.
    func work(on recorded: Case) async throws -> IncidentDetail? {
        guard !recorded.findings.isEmpty else { return nil }
        var opened = recorded
        for stage in stages { try await stage(&opened) }
        return try await writer.read { [opened] in try $0.incident(opened.incident) }
    }

    var clock: WallClock { configuration.clock }
    var gate: Gate { configuration.gate(settings) }
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
        /// What this scan's investigation read, until a model has written the report.
        var caseFile: CaseFile?
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

    // MARK: stages

    /// Reads the evidence of a new or changed incident, ranks the suspects, and saves Sentinel's own report.
    @Sendable
    private func investigate(_ opened: inout Case) async throws {
        guard opened.needsInvestigation, let lead = opened.findings.first else { return }
        let incident = opened.incident
        let findings = try await writer.read { try $0.findings(ofIncident: incident) }
        let caseFile = await InvestigationStage(engine: configuration.engine, scope: configuration.scope)
            .investigate(
                lead, companions: findings.filter { $0.fingerprint != lead.fingerprint }, now: clock.now())
        let verdict = Blame.verdict(of: caseFile)
        let graph = EvidenceGraph.make(of: caseFile, verdict: verdict, incident: incident)
        try await save(
            narration.template(caseFile, suspects: verdict.suspects), verdict.suspects, caseFile, of: incident)
        try await writer.transaction {
            try $0.saveForensics(
                of: incident, graph: graph, noCodeCause: verdict.noCodeCause, traces: caseFile.surroundings.traces)
        }
        (opened.suspects, opened.caseFile) = (verdict.suspects, caseFile)
    }

    /// A new incident with the same best suspect as another one is a part of that one.
    @Sendable
    private func merge(_ opened: inout Case) async throws {
        guard opened.isNew else { return }
        let (now, candidate) = (clock.now(), opened)
        let other = try await writer.transaction { store -> Int64? in
            let others = try store.snapshot.unresolvedIncidents().filter { $0.id != candidate.incident }
            let blamed = try others.map { other in
                (incident: other, best: try store.snapshot.incident(other.id)?.suspects.first?.sha ?? "")
            }
            guard
                let place = Grouping.incident(blaming: candidate.suspects, for: candidate.findings, among: blamed),
                try store.absorb(candidate.incident, into: place.incident, why: place.why, at: now)
            else { return nil }
            return place.incident
        }
        guard let other else { return }
        (opened.incident, opened.joined, opened.caseFile) = (other, opened.findings, nil)
    }

    /// Has a model write the report, where one is configured.
    @Sendable
    private func narrate(_ opened: inout Case) async throws {
        guard let file = opened.caseFile,
            let narrative = await narration.narrate(file, suspects: opened.suspects)
        else { return }
        try await save(narrative, opened.suspects, file, of: opened.incident)
    }

    /// Puts the notices that are due into the outbox.
    @Sendable
    private func notify(_ opened: inout Case) async throws {
        let (now, gate, incident, joined) = (clock.now(), gate, opened.incident, opened.joined)
        try await writer.transaction { store in
            try store.notifyIfDue(incident, gate: gate, at: now)
            for finding in joined {
                try store.updateMessage("Joined by \(finding.description)", of: incident, gate: gate, at: now)
            }
        }
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
}
