import Actions
import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel
import SourceEngine

/// Takes the findings of one incident from detection to notices and remedies.
///
/// Each step is idempotent, so the next scan completes an interrupted one.
struct IncidentPipeline: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: Settings
    let desk: InvestigationDesk
    /// Called when acts may have been put into the outbox.
    var onActs: @Sendable () async -> Void = {}

    /// An investigation may take so long before people are notified without it.
    static let headStart = Span.seconds(5)

    /// The incident after all steps; nil if there was nothing to do.
    ///
    /// The report from the template is saved and the remedies are routed before a model writes a report. What takes longer than
    /// ``headStart`` does so behind the notice, which is updated at the end.
    func work(on recorded: Case) async throws -> IncidentDetail? {
        do {
            return try await carry(recorded)
        } catch StoreError.noIncident(recorded.incident) {
            // It was merged into another one meanwhile.
            return nil
        }
    }

    private func carry(_ recorded: Case) async throws -> IncidentDetail? {
        guard !recorded.findings.isEmpty else { return nil }
        var opened = recorded
        let deadline = WallClock.system.now() + Self.headStart
        if opened.needsInvestigation, let lead = opened.findings.first {
            try await investigate(lead, &opened, until: deadline)
            try await merge(&opened, until: deadline)
        }
        try await route(opened, opened.findings)
        try await narrate(&opened, until: deadline)
        try await notify(opened)
        await onActs()
        return try await writer.read { [opened] in try $0.incident(opened.incident) }
    }

    var clock: WallClock { configuration.clock }
    var gate: Gate { configuration.gate(settings) }
    private var narration: NarrationStage {
        NarrationStage(configuration, writer: writer, settings: settings)
    }

    /// The findings of this scan that belong to one incident.
    struct Case: Sendable {
        var incident: Int64
        /// If this scan found the finding that opened the incident, it is first.
        var findings: [Finding]
        var isNew: Bool
        /// The findings that joined an incident which people may know already.
        var joined: [Finding] = []
        var needsInvestigation: Bool
        var suspects: [Suspect]
        /// The facts of this scan's investigation, for a model's report.
        var caseFile: CaseFile?
        /// People were notified before the report was complete.
        var isAnnounced = false
    }

    // MARK: steps

    /// Reads the evidence of a new or changed incident, ranks the suspects, and saves the template report. At the deadline
    /// people are notified of what is known.
    private func investigate(_ lead: Finding, _ opened: inout Case, until deadline: Instant) async throws {
        let incident = opened.incident
        let findings = try await writer.read { try $0.findings(ofIncident: incident) }
        let companions = findings.filter { $0.fingerprint != lead.fingerprint }
        let (configuration, desk, now) = (configuration, desk, clock.now())
        let alerts = try await writer.read { try $0.outsideAlerts(from: lead.onset - OutsideAlert.lead, to: now) }
        let file = try await outlast(deadline) {
            let scope = await configuration.incidentsChannel.resolve(
                configuration.scope, engine: configuration.engine, now: now)
            return await InvestigationStage(engine: configuration.engine, scope: scope, desk: desk)
                .investigate(lead, companions: companions, alerts: alerts, now: now)
        } late: {
            try await announce(&opened, lead, companions)
        }
        let verdict = Blame.verdict(of: file)
        let traits = Recall.traits(of: file, verdict: verdict, incident: incident)
        let occasion = Runbook.Occasion(
            type: lead.type, subject: lead.loop?.agent ?? lead.subject,
            errors: lead.facts.quotes + file.errors.map(\.title))
        let runbooks = configuration.runbooks().filter { $0.serves(occasion) }.map(\.named)
        let graph = EvidenceGraph.make(of: file, verdict: verdict, incident: incident)
        let reason = configuration.narrator == nil ? "no language model is configured" : ""
        let report = ReportTemplate.report(of: file, suspects: verdict.suspects, reason: reason)
        try await save(report, verdict.suspects, file, of: incident)
        try await writer.transaction {
            try $0.saveForensics(
                of: incident, graph: graph, noCodeCause: verdict.noCodeCause, traces: file.surroundings.traces)
            try $0.note(alerts, of: incident, at: now)
            try $0.saveRunbooks(runbooks, of: incident)
            try $0.saveTraits(traits, similar: Recall.similar(to: traits, among: $0.snapshot.recallable(for: traits)))
        }
        (opened.suspects, opened.caseFile) = (verdict.suspects, file)
        await desk.finished(incident)
    }

    /// Notifies people before the investigation is complete. Only a kill is requested or carried out: it needs no suspect.
    private func announce(_ opened: inout Case, _ lead: Finding, _ companions: [IncidentFinding]) async throws {
        opened.isAnnounced = true
        let (incident, gate, now) = (opened.incident, gate, clock.now())
        let report = ReportTemplate.preliminary(
            of: lead, companions: companions, redaction: configuration.redaction)
        try await writer.transaction { try $0.saveFirstReport(of: incident, text: report) }
        try await route(opened, opened.findings.filter { $0.loop != nil })
        try await writer.transaction { try $0.notifyIfDue(incident, gate: gate, at: now) }
        await onActs()
    }

    /// Runs `work`, and `late` if it has not ended at the deadline.
    private func outlast<Result: Sendable>(
        _ deadline: Instant, _ work: @escaping @Sendable () async -> Result, late: () async throws -> Void
    ) async throws -> Result {
        let (done, isDone) = (WakeSignal(clock: .system), Lock(false))
        async let running = {
            let result = await work()
            isDone.withLock { $0 = true }
            await done.send()
            return result
        }()
        await done.wait(until: deadline)
        if !isDone.withLock({ $0 }) { try await late() }
        return await running
    }

    /// Merges an incident with others that have the same best suspect: it is closed into an older one, and younger ones of
    /// which people were notified are closed into it. Where an older one is being investigated too, its end is awaited until
    /// the deadline.
    private func merge(_ opened: inout Case, until deadline: Instant) async throws {
        if opened.isNew, !opened.isAnnounced { await desk.waitForOlder(than: opened.incident, until: deadline) }
        let (now, gate, candidate) = (clock.now(), gate, opened)
        let head = try await writer.transaction { try $0.mergeBlamed(candidate, gate: gate, at: now) }
        guard let head else { return }
        (opened.incident, opened.joined, opened.caseFile) = (head, opened.findings, nil)
    }

    /// Saves a model's report, if one is configured. People are notified of the template at the deadline.
    private func narrate(_ opened: inout Case, until deadline: Instant) async throws {
        guard let file = opened.caseFile, configuration.narrator != nil else { return }
        let (narration, suspects, incident) = (narration, opened.suspects, opened.incident)
        let narrative = try await outlast(deadline) {
            await narration.narrate(file, suspects: suspects, incident: incident)
        } late: {
            guard !opened.isAnnounced else { return }
            try await notify(opened)
            opened.isAnnounced = true
            await onActs()
        }
        guard let narrative else { return }
        try await save(narrative, suspects, file, of: opened.incident)
    }

    /// Puts the notices that are due into the outbox, and the update of a notice that went out before the report.
    private func notify(_ opened: Case) async throws {
        let (now, gate, incident, joined) = (clock.now(), gate, opened.incident, opened.joined)
        let cause = opened.suspects.first.map { "likely cause \($0.shortSHA) \($0.title)" } ?? "no suspect commit"
        try await writer.transaction { store in
            try store.notifyIfDue(incident, gate: gate, at: now)
            try store.releaseIssue(of: incident, at: now)
            if opened.isAnnounced, opened.caseFile != nil {
                try store.updateAnnouncement(of: incident, "Investigated: \(cause)", gate: gate, at: now)
            }
            if let first = joined.first {
                let more = joined.count > 1 ? "\(joined.count) findings, such as " : ""
                try store.updateMessage("Joined by \(more)\(first.description)", of: incident, gate: gate, at: now)
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
