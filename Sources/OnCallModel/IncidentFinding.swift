package import Basics

/// One of the findings that an incident is made of.
package struct IncidentFinding: Hashable, Sendable, Identifiable {
    package var id: Fingerprint { fingerprint }
    package var incident: Int64
    package var fingerprint: Fingerprint
    package var severity: Severity
    package var subject: String
    /// The sentence of its latest occurrence.
    package var headline: String
    /// Why it belongs to the incident, as a phrase; empty for the finding that opened it.
    package var why: String
    package var firstSeen: Instant
    package var lastSeen: Instant
    /// How many scans saw it.
    package var occurrences: Int
    /// US dollars an hour.
    package var costPerHour: Double
    package var sql: String
    package var facts: FindingFacts
    package var links: FindingLinks

    package init(
        incident: Int64, fingerprint: Fingerprint, facts: FindingFacts, severity: Severity, subject: String,
        headline: String, why: String, firstSeen: Instant, lastSeen: Instant, occurrences: Int, costPerHour: Double,
        sql: String, links: FindingLinks
    ) {
        self.incident = incident
        self.fingerprint = fingerprint
        self.facts = facts
        self.severity = severity
        self.subject = subject
        self.headline = headline
        self.why = why
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.occurrences = occurrences
        self.costPerHour = costPerHour
        self.sql = sql
        self.links = links
    }

    package var type: DetectionType { facts.type }
}
