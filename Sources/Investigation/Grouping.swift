package import Basics
package import OnCallModel

/// Which findings are one trouble: by a trace, a release, a feature or a time that they share, and later by a commit.
///
/// A looping trace has a remedy of its own, so two of them are never one incident, however many loop side by side; a loop and
/// what it costs or breaks are one, by the trace or by the agent and the time.
package enum Grouping {
    /// A finding to be grouped, or one that an incident has.
    package struct Kin: Hashable, Sendable {
        package var type: DetectionType
        package var links: FindingLinks
        package var onset: Instant
        package var lastSeen: Instant

        package init(_ finding: Finding) {
            self.init(type: finding.type, links: finding.links, onset: finding.onset, lastSeen: finding.lastSeen)
        }

        package init(_ finding: IncidentFinding) {
            self.init(
                type: finding.type, links: finding.links, onset: finding.firstSeen, lastSeen: finding.lastSeen)
        }

        package init(type: DetectionType, links: FindingLinks, onset: Instant, lastSeen: Instant) {
            self.type = type
            self.links = links
            self.onset = onset
            self.lastSeen = lastSeen
        }
    }

    /// One trouble shows in several places within this.
    static let together = Span.minutes(30)
    /// A spike's onset is found to the minute, an old issue's rise to the hour.
    static let costAndErrors = Span.minutes(60)
    /// One outage makes several issues of Sentry at once.
    static let errorStorm = Span.minutes(15)
    /// A release does harm when it is out, at once or with the first night's job.
    static let release = Span.hours(12)
    static let commit = Span.hours(24)

    /// The incident that a new finding belongs to, and why, as a phrase; nil where it is a trouble of its own.
    ///
    /// `known` are the findings of incidents that are not resolved; the strongest kinship decides, then the older incident.
    package static func incident(
        for finding: Finding, among known: [IncidentFinding]
    ) -> (incident: Int64, why: String)? {
        let kin = Kin(finding)
        let related = known.compactMap { member in
            kinship(of: kin, and: Kin(member)).map { (rank: $0.rank, incident: member.incident, why: $0.why) }
        }
        return related.min { ($0.rank, $0.incident) < ($1.rank, $1.incident) }.map { ($0.incident, $0.why) }
    }

    /// Nil where nothing ties them. A lower rank is a stronger tie.
    package static func kinship(of left: Kin, and right: Kin) -> (rank: Int, why: String)? {
        if let trace = left.links.traces.intersection(right.links.traces).min() {
            return (0, "both name trace \(trace)")
        }
        guard left.type != .agentLoop, right.type != .agentLoop else {
            return left.type != right.type ? byFeature(left, right) : nil
        }
        let distance = max(left.onset, right.onset) - min(left.onset, right.onset)
        if distance <= release, let name = left.links.guiltyReleases.intersection(right.links.guiltyReleases).min() {
            return (1, "both came with release \(name)")
        }
        if let why = byFeature(left, right) { return why }
        // Where both say whose calls they are about, other names are other calls.
        let features = (left.links.features, right.links.features)
        if !features.0.isEmpty, !features.1.isEmpty, features.0.isDisjoint(with: features.1) { return nil }
        let types: Set = [left.type, right.type]
        if types == [.costSpike, .errorCascade], distance <= costAndErrors, overlap(left, right) {
            return (3, "both began within the hour, and the errors' generations are part of the cost")
        }
        if types == [.errorCascade], distance <= errorStorm, overlap(left, right) {
            return (4, "both errors began to rise within \(Int(errorStorm.seconds / 60)) minutes")
        }
        return nil
    }

    private static func byFeature(_ left: Kin, _ right: Kin) -> (rank: Int, why: String)? {
        let distance = max(left.onset, right.onset) - min(left.onset, right.onset)
        guard distance <= together, let name = left.links.features.intersection(right.links.features).min() else {
            return nil
        }
        return (2, "both are about \(name) and began within \(Int(together.seconds / 60)) minutes")
    }

    private static func overlap(_ left: Kin, _ right: Kin) -> Bool {
        left.onset <= right.lastSeen + together && right.onset <= left.lastSeen + together
    }

    /// The older incident that has the same best suspect, once the blame of a new one is known.
    package static func incident(
        blaming suspects: [Suspect], for findings: [Finding], among others: [(incident: IncidentSummary, best: String)]
    ) -> (incident: Int64, why: String)? {
        guard let best = suspects.first, let onset = findings.map(\.onset).min(),
            !findings.contains(where: { $0.type == .agentLoop })
        else { return nil }
        let same = others.filter { other in
            let distance = max(onset, other.incident.firstSeen) - min(onset, other.incident.firstSeen)
            return other.best == best.sha && other.incident.type != .agentLoop && distance <= commit
        }
        return same.map(\.incident.id).min().map { ($0, "both are blamed on commit \(best.shortSHA)") }
    }
}
