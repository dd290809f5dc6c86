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
        (self.incident, self.fingerprint, self.facts, self.severity) = (incident, fingerprint, facts, severity)
        (self.subject, self.headline, self.why) = (subject, headline, why)
        (self.firstSeen, self.lastSeen, self.occurrences) = (firstSeen, lastSeen, occurrences)
        (self.costPerHour, self.sql, self.links) = (costPerHour, sql, links)
    }

    package var type: DetectionType { facts.type }
}
