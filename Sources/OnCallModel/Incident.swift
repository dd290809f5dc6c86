package import Basics

/// The life of an incident.
package enum IncidentState: String, CaseIterable, Hashable, Sendable {
    case open, acknowledged
    /// Muted by a person until a time.
    case snoozed
    /// A silence matches it.
    case silenced
    /// It comes and goes; notifications are paused until it is stable.
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
    /// The number of its findings.
    package var parts: Int
    /// ``state`` is derived from it.
    package var life: IncidentLife
    /// Why its notices did not reach people, one sentence for each provider; empty if all did.
    package var undelivered: [String]

    package init(
        id: Int64, fingerprint: Fingerprint, type: DetectionType, severity: Severity, state: IncidentState,
        subject: String, headline: String, firstSeen: Instant, lastSeen: Instant, occurrences: Int,
        costPerHour: Double, approval: ApprovalMode, parts: Int = 1, life: IncidentLife? = nil,
        undelivered: [String] = []
    ) {
        (self.id, self.fingerprint, self.type, self.severity) = (id, fingerprint, type, severity)
        (self.state, self.subject, self.headline) = (state, subject, headline)
        (self.firstSeen, self.lastSeen, self.occurrences) = (firstSeen, lastSeen, occurrences)
        (self.costPerHour, self.approval, self.parts) = (costPerHour, approval, parts)
        self.undelivered = undelivered
        self.life = life ?? IncidentLife(stage: IncidentLife.Stage(rawValue: state.rawValue) ?? .open)
    }
}

/// An incident with everything known about it.
package struct IncidentDetail: Hashable, Sendable {
    package var summary: IncidentSummary
    /// Its findings, the one that opened it first.
    package var findings: [IncidentFinding]
    /// Markdown.
    package var report: String
    package var suspects: [Suspect]
    package var commits: [CommitFact]
    package var errors: [ErrorFact]
    package var messages: [MessageFact]
    package var gaps: [String]
    package var acts: [ActRecord]
    /// Nil before the investigation.
    package var noCodeCause: NoCodeCause?
    /// The explanation that a language model is writing; nil if none is.
    package var draft: NarrationDraft?
    package var memory: IncidentMemory

    package init(
        summary: IncidentSummary, findings: [IncidentFinding] = [], report: String, suspects: [Suspect],
        commits: [CommitFact], errors: [ErrorFact], messages: [MessageFact], gaps: [String], acts: [ActRecord],
        noCodeCause: NoCodeCause? = nil, draft: NarrationDraft? = nil, memory: IncidentMemory = IncidentMemory()
    ) {
        (self.summary, self.findings, self.report, self.suspects) = (summary, findings, report, suspects)
        (self.commits, self.errors, self.messages) = (commits, errors, messages)
        (self.gaps, self.acts, self.noCodeCause, self.draft) = (gaps, acts, noCodeCause, draft)
        self.memory = memory
    }

    /// The finding that opened it.
    package var lead: IncidentFinding? { findings.first }
}

/// The results of an investigation that are too large for a list; read for one incident at a time.
package struct IncidentForensics: Hashable, Sendable {
    package var graph: CausalGraph
    /// The traces that were read for it, the costliest first.
    package var traces: [TraceTree]
    package var timeline: [TimelineEntry]

    package init(graph: CausalGraph = CausalGraph(), traces: [TraceTree] = [], timeline: [TimelineEntry] = []) {
        (self.graph, self.traces, self.timeline) = (graph, traces, timeline)
    }
}
