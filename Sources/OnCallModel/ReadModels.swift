package import Basics

/// The life of an incident.
package enum IncidentState: String, CaseIterable, Hashable, Sendable {
    case open, acknowledged
    /// Put off until a moment.
    case snoozed
    /// A silence matches it.
    case silenced
    /// It comes and goes; its notices are held back until it stays.
    case flapping
    case resolved
}

/// How the remedy of an incident is governed (contract: `incidents[].approval` of `sentinel scan`).
package enum ApprovalMode: String, CaseIterable, Hashable, Sendable {
    case pending, auto, none
}

/// An incident as a list shows it.
package struct IncidentSummary: Hashable, Sendable, Identifiable {
    package var id: Int64
    package var fingerprint: Fingerprint
    package var type: DetectionType
    package var severity: Severity
    package var state: IncidentState
    package var subject: String
    /// The finding's sentence at its latest occurrence.
    package var headline: String
    package var firstSeen: Instant
    package var lastSeen: Instant
    package var occurrences: Int
    /// US dollars an hour.
    package var costPerHour: Double
    package var approval: ApprovalMode
    /// Of how many findings it is made.
    package var parts: Int
    /// What ``state`` is made from.
    package var life: IncidentLife

    package init(
        id: Int64, fingerprint: Fingerprint, type: DetectionType, severity: Severity, state: IncidentState,
        subject: String, headline: String, firstSeen: Instant, lastSeen: Instant, occurrences: Int,
        costPerHour: Double, approval: ApprovalMode, parts: Int = 1, life: IncidentLife? = nil
    ) {
        self.id = id
        self.fingerprint = fingerprint
        self.type = type
        self.severity = severity
        self.state = state
        self.subject = subject
        self.headline = headline
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.occurrences = occurrences
        self.costPerHour = costPerHour
        self.approval = approval
        self.parts = parts
        self.life = life ?? IncidentLife(stage: IncidentLife.Stage(rawValue: state.rawValue) ?? .open)
    }
}

/// An incident with everything that is known of it.
package struct IncidentDetail: Hashable, Sendable {
    package var summary: IncidentSummary
    /// What it is made of; the one that opened it first.
    package var findings: [IncidentFinding]
    /// Markdown.
    package var report: String
    package var suspects: [Suspect]
    package var commits: [CommitFact]
    package var errors: [ErrorFact]
    package var messages: [MessageFact]
    package var gaps: [String]
    package var evidence: JSONValue
    package var sql: String
    package var acts: [ActRecord]
    /// Nil before the investigation.
    package var noCodeCause: NoCodeCause?

    package init(
        summary: IncidentSummary, findings: [IncidentFinding] = [], report: String, suspects: [Suspect],
        commits: [CommitFact], errors: [ErrorFact], messages: [MessageFact], gaps: [String], evidence: JSONValue,
        sql: String, acts: [ActRecord], noCodeCause: NoCodeCause? = nil
    ) {
        self.summary = summary
        self.findings = findings
        self.report = report
        self.suspects = suspects
        self.commits = commits
        self.errors = errors
        self.messages = messages
        self.gaps = gaps
        self.evidence = evidence
        self.sql = sql
        self.acts = acts
        self.noCodeCause = noCodeCause
    }
}

/// What an investigation leaves to be looked at: too much for a list, so it is read for one incident alone.
package struct IncidentForensics: Hashable, Sendable {
    package var graph: CausalGraph
    /// The traces that were read for it, the dearest first.
    package var traces: [TraceTree]
    package var timeline: [TimelineEntry]

    package init(graph: CausalGraph = CausalGraph(), traces: [TraceTree] = [], timeline: [TimelineEntry] = []) {
        self.graph = graph
        self.traces = traces
        self.timeline = timeline
    }
}

/// One act of the outbox: what was or will be done, and what came of it.
package struct ActRecord: Hashable, Sendable, Identifiable {
    package var id: Int64
    /// Unique for the act, so that nothing is done twice: `incident-7/create_issue`.
    package var key: String
    package var action: Action
    package var incident: Int64?
    package var request: Int64?
    package var state: AttemptState
    package var tries: Int
    package var createdAt: Instant
    package var nextTryAt: Instant?
    package var finishedAt: Instant?
    /// What came of it, as a sentence.
    package var detail: String
    /// Where it left its mark: an issue's address, a Slack message's `ts`.
    package var reference: String?
    /// Who allowed it: `policy: …` or a person.
    package var allowedBy: String

    package init(
        id: Int64, key: String, action: Action, incident: Int64?, request: Int64?, state: AttemptState, tries: Int,
        createdAt: Instant, nextTryAt: Instant?, finishedAt: Instant?, detail: String, reference: String?,
        allowedBy: String
    ) {
        self.id = id
        self.key = key
        self.action = action
        self.incident = incident
        self.request = request
        self.state = state
        self.tries = tries
        self.createdAt = createdAt
        self.nextTryAt = nextTryAt
        self.finishedAt = finishedAt
        self.detail = detail
        self.reference = reference
        self.allowedBy = allowedBy
    }
}

/// A request for a person's decision.
package struct ApprovalItem: Hashable, Sendable, Identifiable {
    package var id: Int64
    package var incident: Int64?
    package var action: Action
    package var type: DetectionType
    package var severity: Severity
    package var status: ApprovalStatus
    package var summary: String
    /// The exact requests that approving sends, secrets masked, one a line.
    package var dryRun: [String]
    package var createdAt: Instant
    package var expiresAt: Instant
    package var resolvedAt: Instant?
    package var resolvedBy: String?
    /// What came of the approved act so far.
    package var act: ActRecord?

    package init(
        id: Int64, incident: Int64?, action: Action, type: DetectionType, severity: Severity, status: ApprovalStatus,
        summary: String, dryRun: [String], createdAt: Instant, expiresAt: Instant, resolvedAt: Instant? = nil,
        resolvedBy: String? = nil, act: ActRecord? = nil
    ) {
        self.id = id
        self.incident = incident
        self.action = action
        self.type = type
        self.severity = severity
        self.status = status
        self.summary = summary
        self.dryRun = dryRun
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.resolvedAt = resolvedAt
        self.resolvedBy = resolvedBy
        self.act = act
    }
}

/// A looping trace as the live watch shows it.
package struct LoopItem: Hashable, Sendable, Identifiable {
    package enum Status: String, CaseIterable, Hashable, Sendable {
        /// Still taking steps.
        case active
        /// Allowed to be killed; not yet seen to be dead.
        case killing
        case killed
        case killFailed = "kill_failed"
        /// Stopped by itself.
        case finished
    }

    package var id: Int64
    package var loop: LoopEvidence
    package var status: Status
    package var killMethod: String?
    package var incident: Int64?
    /// The pending request to kill it, if there is one.
    package var request: Int64?
    /// When the figures were read from the source.
    package var asOf: Instant

    package init(
        id: Int64, loop: LoopEvidence, status: Status, killMethod: String? = nil, incident: Int64? = nil,
        request: Int64? = nil, asOf: Instant
    ) {
        self.id = id
        self.loop = loop
        self.status = status
        self.killMethod = killMethod
        self.incident = incident
        self.request = request
        self.asOf = asOf
    }
}

/// What is known of one source at the latest cycle.
package struct SourceHealth: Hashable, Sendable, Identifiable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok
        /// The first read of history is under way.
        case syncing
        /// Rows are there, but not all: truncated, or some table failed.
        case partial
        /// It answered once and gives no rows now, where there was history.
        case noData = "no_data"
        case down
        case notConfigured = "not_configured"
    }

    package var id: String { name }
    package var name: String
    package var state: State
    /// Up to when its rows are complete.
    package var asOf: Instant?
    /// HTTP calls in the latest cycle.
    package var calls: Int
    /// Why it is not ok and what to do; empty when it is.
    package var message: String

    package init(name: String, state: State, asOf: Instant?, calls: Int, message: String) {
        self.name = name
        self.state = state
        self.asOf = asOf
        self.calls = calls
        self.message = message
    }
}

/// Whether a detector could judge at the latest cycle.
package struct DetectorHealth: Hashable, Sendable, Identifiable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok, learning, noData = "no_data", partial, failed
    }

    package var id: DetectionType { type }
    package var type: DetectionType
    package var state: State
    /// "learning (31 of 168 h)", or why it failed.
    package var message: String
    package var asOf: Instant

    package init(type: DetectionType, state: State, message: String, asOf: Instant) {
        self.type = type
        self.state = state
        self.message = message
        self.asOf = asOf
    }
}

/// The smart sampler's latest count.
package struct SamplingStats: Hashable, Sendable {
    package var recordedAt: Instant
    package var total: Int
    package var kept: Int
    package var dropped: Int
    /// Reason and how many traces it kept, most first.
    package var reasons: [Reason]

    package struct Reason: Hashable, Sendable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    package init(recordedAt: Instant, total: Int, kept: Int, dropped: Int, reasons: [Reason]) {
        self.recordedAt = recordedAt
        self.total = total
        self.kept = kept
        self.dropped = dropped
        self.reasons = reasons
    }
}

/// What the agent is doing.
package struct AgentStatus: Hashable, Sendable {
    /// Who holds the lease: `host:pid`; nil when no agent runs.
    package var holder: String?
    package var heartbeatAt: Instant?
    /// What is being done now: "reading langfuse: 3 of 8 days"; empty when idle.
    package var activity: String
    package var lastCycleAt: Instant?
    package var nextCycleAt: Instant?
    /// The latest cycle saw less than everything.
    package var lastCyclePartial: Bool
    /// The address the loopback server listens on.
    package var listening: String?

    package init(
        holder: String? = nil, heartbeatAt: Instant? = nil, activity: String = "", lastCycleAt: Instant? = nil,
        nextCycleAt: Instant? = nil, lastCyclePartial: Bool = false, listening: String? = nil
    ) {
        self.holder = holder
        self.heartbeatAt = heartbeatAt
        self.activity = activity
        self.lastCycleAt = lastCycleAt
        self.nextCycleAt = nextCycleAt
        self.lastCyclePartial = lastCyclePartial
        self.listening = listening
    }
}

/// The first screen.
package struct Dashboard: Hashable, Sendable {
    package var openIncidents: Int
    package var totalIncidents: Int
    /// US dollars an hour over the latest complete hour; nil before the first cycle.
    package var spendPerHour: Double?
    /// The mean of the same hour over the 7 days before; nil while learning.
    package var baselinePerHour: Double?
    /// US dollars over the next six hours at the present rate.
    package var projectedSixHours: Double?
    package var activeLoops: Int
    package var pendingApprovals: Int
    /// Drift events of the last 24 hours.
    package var driftEvents: Int
    package var sources: [SourceHealth]
    package var detectors: [DetectorHealth]
    package var recent: [IncidentSummary]
    package var sampling: SamplingStats?
    /// Cost of each of the last 24 complete hours, oldest first.
    package var hours: [HourFact]

    package init(
        openIncidents: Int = 0, totalIncidents: Int = 0, spendPerHour: Double? = nil, baselinePerHour: Double? = nil,
        projectedSixHours: Double? = nil, activeLoops: Int = 0, pendingApprovals: Int = 0, driftEvents: Int = 0,
        sources: [SourceHealth] = [], detectors: [DetectorHealth] = [], recent: [IncidentSummary] = [],
        sampling: SamplingStats? = nil, hours: [HourFact] = []
    ) {
        self.openIncidents = openIncidents
        self.totalIncidents = totalIncidents
        self.spendPerHour = spendPerHour
        self.baselinePerHour = baselinePerHour
        self.projectedSixHours = projectedSixHours
        self.activeLoops = activeLoops
        self.pendingApprovals = pendingApprovals
        self.driftEvents = driftEvents
        self.sources = sources
        self.detectors = detectors
        self.recent = recent
        self.sampling = sampling
        self.hours = hours
    }
}

/// One setting as the settings pane shows it.
package struct SettingItem: Hashable, Sendable, Identifiable {
    package var id: String { key }
    package var key: String
    /// JSON text of the value in force.
    package var value: String
    /// Why the last change asked for was refused; empty when it was not.
    package var refusal: String

    package init(key: String, value: String, refusal: String = "") {
        self.key = key
        self.value = value
        self.refusal = refusal
    }
}
