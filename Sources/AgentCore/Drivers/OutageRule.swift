import Basics
import Detectors
import IncidentStore
import OnCallModel

/// Which sources and jobs have been down for so long that people must know. The rule decides, ``HealthMonitor`` acts.
///
/// An outage counts only as far as the agent was awake: after a laptop's sleep, or before the first scan, nothing is known.
struct OutageRule: Sendable {
    let settings: Settings
    /// The agent is awake since then.
    let awakeSince: Instant
    let now: Instant

    private var limit: Span { .minutes(settings.sourceDownMinutes) }

    /// - Parameter lastScan: the start of the latest scan that ended.
    func findings(_ outages: [SourceOutage], _ jobs: [JobRecord], lastScan: Instant?) -> [Finding] {
        let scanned = lastScan.map { $0 >= awakeSince } ?? false
        let sources = scanned ? outages.filter { now - $0.since >= limit }.map(finding) : []
        return sources + jobs.compactMap(finding)
    }

    /// Only sources that detectors read stop the detection.
    private static let needed = DetectorCatalog.all.reduce(into: Set<String>()) { $0.formUnion($1.needs) }

    private func finding(_ outage: SourceOutage) -> Finding {
        let isNeeded = Self.needed.contains(outage.source)
        let effect = isNeeded ? "Detectors that read it are blind." : "Investigations go without it."
        return make(
            outage.source, .source, since: outage.since, reason: outage.reason, severity: isNeeded ? .high : .medium,
            "\(outage.source) has been down for \(Format.duration(now - outage.since)). \(effect) \(outage.reason)")
    }

    /// A job is late when it has missed two of its runs, and the setting's time.
    private func finding(_ job: JobRecord) -> Finding? {
        guard let known = SchedulerMachine.Job(rawValue: job.name), let cadence = cadence(of: known),
            let last = job.lastRunAt
        else { return nil }
        let since = max(last, awakeSince)
        guard now - since > max(cadence + cadence + cadence, limit) else { return nil }
        let sentence = "\(known.title) has not ended since \(last.iso8601Seconds). \(known.effect)"
        return make(
            job.name, .job, since: last, reason: "It should run every \(Format.duration(cadence)).",
            severity: known == .onCall ? .critical : .medium, sentence)
    }

    private func cadence(of job: SchedulerMachine.Job) -> Span? {
        switch job {
        case .onCall: .minutes(settings.onCallMinutes)
        case .driftPatrol: .hours(settings.driftPatrolHours)
        case .pulse, .digest: nil
        }
    }

    private func make(
        _ subject: String, _ part: OutageFacts.Part, since: Instant, reason: String, severity: Severity,
        _ sentence: String
    ) -> Finding {
        let facts = OutageFacts.with {
            ($0.part, $0.reason, $0.since) = (part, reason, since)
            $0.minutes = ((now - since).seconds / 60).rounded()
        }
        return Finding(
            facts: .outage(facts), severity: severity, fingerprint: Fingerprint(OutageFacts.type.rawValue, subject),
            subject: subject, description: sentence, sql: "", onset: since, lastSeen: now, costPerHour: 0,
            links: FindingLinks())
    }
}

extension SchedulerMachine.Job {
    fileprivate var title: String {
        switch self {
        case .onCall: "The scan"
        case .driftPatrol: "The drift patrol"
        case .pulse: "The pulse"
        case .digest: "The weekly digest"
        }
    }

    fileprivate var effect: String {
        switch self {
        case .onCall: "Nothing is detected."
        case .driftPatrol: "Drift is not detected."
        case .pulse: "New loops are found by scans alone."
        case .digest: "No digest is made."
        }
    }
}
