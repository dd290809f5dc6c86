import Basics
import IncidentStore
import Investigation
import OnCallModel

/// Opens an incident when a source or a job has been down for too long, and for alerts from outside where a setting says so;
/// resolves it when that is over; and sends the heartbeat.
///
/// It runs beside the scans, because a scan that does not end cannot report that.
actor HealthMonitor {
    private let configuration: AgentConfiguration
    private let writer: StoreWriter
    private let settings: SettingsHandler
    private let pipeline: @Sendable (Settings) -> IncidentPipeline
    private var awakeSince: Instant
    private var lastCheck: Instant
    private var heartbeat = HeartbeatMachine()
    /// In which round each finding was last recorded.
    private var recorded: [Fingerprint: Instant] = [:]

    private static let interval = Span.seconds(60)
    /// The machine slept between two checks that are further apart.
    private static let asleep = Span.minutes(3)
    /// One outage counts once in this time.
    private static let round = Span.minutes(15)

    private var clock: WallClock { configuration.clock }

    init(
        _ configuration: AgentConfiguration, _ writer: StoreWriter, _ settings: SettingsHandler,
        pipeline: @escaping @Sendable (Settings) -> IncidentPipeline
    ) {
        (self.configuration, self.writer, self.settings, self.pipeline) = (configuration, writer, settings, pipeline)
        (awakeSince, lastCheck) = (configuration.clock.now(), configuration.clock.now())
    }

    func run() async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: Self.interval.duration)
            try await check()
        }
    }

    func check() async throws {
        let (now, settings) = (clock.now(), await settings.settings)
        if now - lastCheck > Self.asleep || now < lastCheck { awakeSince = now }
        lastCheck = now
        let (outages, jobs, status) = try await writer.read { (try $0.outages(), try $0.jobs(), try $0.agentStatus()) }
        let rule = OutageRule(settings: settings, awakeSince: awakeSince, now: now)
        let findings = rule.findings(outages, jobs, lastScan: status.lastCycleAt)
        let alerts = settings.outsideAlerts ? try await firingAlerts(at: now) : []
        try await open(findings + alerts, settings, at: now)
        try await resolve(except: findings, outages, jobs, settings, at: now)
        try await resolveAlerts(except: alerts, settings, at: now)
        await beat(jobs, settings, at: now)
    }

    private func open(_ findings: [Finding], _ settings: Settings, at now: Instant) async throws {
        let round = Instant(milliseconds: now.milliseconds - now.milliseconds % Self.round.milliseconds)
        let findings = findings.filter { recorded[$0.fingerprint] != round }
        guard !findings.isEmpty else { return }
        let pipeline = pipeline(settings)
        let cases = try await pipeline.record(
            findings, scan: "health-\(round.iso8601Seconds)", reopenWithin: OnCallCycle.reopenWithin)
        for finding in findings { recorded[finding.fingerprint] = round }
        for var opened in cases {
            guard let lead = opened.findings.first else { continue }
            guard lead.facts.outage != nil else {
                _ = try await pipeline.work(on: opened)
                continue
            }
            // Its cause is what the source answers: commits and errors have no part in it.
            opened.needsInvestigation = false
            let report = ReportTemplate.outage(of: lead, redaction: configuration.redaction)
            try await writer.transaction { [opened] in try $0.saveFirstReport(of: opened.incident, text: report) }
            _ = try await pipeline.work(on: opened)
        }
    }

    private func resolve(
        except findings: [Finding], _ outages: [SourceOutage], _ jobs: [JobRecord], _ settings: Settings,
        at now: Instant
    ) async throws {
        let down = Set(findings.map(\.subject) + outages.map(\.source))
        let gate = configuration.gate(settings)
        let isChanged = try await writer.transaction { store in
            let over = try store.snapshot.unresolvedIncidents().filter {
                $0.type == OutageFacts.type && !down.contains($0.subject)
                    && Self.isBack($0.subject, jobs, since: $0.firstSeen)
            }
            for summary in over {
                let reason = "Resolved: \(summary.subject) works again since \(now.iso8601Seconds)"
                _ = try store.resolve(summary, by: IncidentLife.agent, because: reason, gate: gate, at: now)
            }
            return !over.isEmpty
        }
        if isChanged { await pipeline(settings).onActs() }
    }

    /// The alerts that fire, and began within a day.
    private func firingAlerts(at now: Instant) async throws -> [Finding] {
        let alerts = try await writer.read { try $0.outsideAlerts(from: now - .milliseconds(1), to: now) }
        return alerts.filter { $0.endsAt == nil && now - $0.startsAt <= .days(1) }.map(\.finding)
    }

    private func resolveAlerts(except alerts: [Finding], _ settings: Settings, at now: Instant) async throws {
        let firing = Set(alerts.map(\.fingerprint))
        let gate = configuration.gate(settings)
        try await writer.transaction { store in
            for incident in try store.snapshot.unresolvedIncidents()
            where incident.type == AlertFacts.type && !firing.contains(incident.fingerprint) {
                let reason = "Resolved: the alert ended before \(now.iso8601Seconds)"
                _ = try store.resolve(incident, by: IncidentLife.agent, because: reason, gate: gate, at: now)
            }
        }
    }

    /// A job is back when it has run since; a source that is not down is back.
    private static func isBack(_ subject: String, _ jobs: [JobRecord], since: Instant) -> Bool {
        guard let job = jobs.first(where: { $0.name == subject }) else { return true }
        return job.lastRunAt.map { $0 > since } ?? false
    }

    /// The heartbeat stops when the scans do, so that whoever waits for it is alarmed.
    private func beat(_ jobs: [JobRecord], _ settings: Settings, at now: Instant) async {
        guard let send = configuration.heartbeat else { return }
        let last = jobs.first { $0.name == SchedulerMachine.Job.onCall.rawValue }?.lastRunAt
        guard heartbeat.isDue(at: now, lastScan: last, cadence: .minutes(settings.onCallMinutes)) else { return }
        let fault = await send(last)
        if let sentence = heartbeat.sent(fault: fault, at: now) { configuration.report(sentence) }
    }
}
