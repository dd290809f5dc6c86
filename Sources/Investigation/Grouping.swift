package import Basics
package import OnCallModel

/// Decides which findings have one cause and so belong to one incident: they share a trace, a release, a feature or a
/// time, and later a suspect commit.
///
/// A finding whose class has its own remedy (a looping trace) never joins another of its class, however many occur side by
/// side. It joins what it costs or breaks by the trace, or by the agent and the time.
package enum Grouping {
    /// The features of a finding for correlation.
    package struct Signature: Hashable, Sendable {
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

    /// The maximum distance of the onsets of two findings with the same cause.
    static let together = Span.minutes(30)
    /// The onset of a cost spike is known to the minute, the rise of an old Sentry issue to the hour.
    static let costAndErrors = Span.minutes(60)
    /// One outage raises several Sentry issues at once.
    static let errorStorm = Span.minutes(15)
    /// A release does harm when it is deployed, or with the first nightly job after that.
    static let release = Span.hours(12)
    static let commit = Span.hours(24)

    /// The incident that a new finding belongs to, and why, as a phrase. Nil where the finding opens its own incident.
    ///
    /// `known` are the findings of incidents that are not resolved. The strongest rule decides, then the older incident.
    package static func incident(
        for finding: Finding, among known: [IncidentFinding]
    ) -> (incident: Int64, why: String)? {
        let signature = Signature(finding)
        let related = known.compactMap { member in
            correlation(of: signature, and: Signature(member)).map { (member.incident, $0.rule, $0.why) }
        }
        return related.min { ($0.1, $0.0) < ($1.1, $1.0) }.map { ($0.0, $0.2) }
    }

    /// The strongest rule that correlates two findings, with its reason as a phrase. Nil where none does.
    package static func correlation(of left: Signature, and right: Signature) -> (rule: CorrelationRule, why: String)? {
        if let trace = left.links.traces.intersection(right.links.traces).min() {
            return (.trace, "both name trace \(trace)")
        }
        guard !left.type.traits.hasOwnRemedy, !right.type.traits.hasOwnRemedy else {
            return left.type != right.type ? byFeature(left, right) : nil
        }
        let distance = max(left.onset, right.onset) - min(left.onset, right.onset)
        if distance <= release, let name = left.links.guiltyReleases.intersection(right.links.guiltyReleases).min() {
            return (.release, "both started with release \(name)")
        }
        return byFeature(left, right) ?? byTime(left, right)
    }

    private static func byFeature(_ left: Signature, _ right: Signature) -> (rule: CorrelationRule, why: String)? {
        let distance = max(left.onset, right.onset) - min(left.onset, right.onset)
        guard distance <= together, let name = left.links.features.intersection(right.links.features).min() else {
            return nil
        }
        return (.feature, "both are about \(name) and started within \(Int(together.seconds / 60)) minutes")
    }

    /// Time alone correlates costs with errors, and errors with errors, unless both name features and none in common.
    private static func byTime(_ left: Signature, _ right: Signature) -> (rule: CorrelationRule, why: String)? {
        let features = (left.links.features, right.links.features)
        if !features.0.isEmpty, !features.1.isEmpty, features.0.isDisjoint(with: features.1) { return nil }
        guard left.onset <= right.lastSeen + together, right.onset <= left.lastSeen + together else { return nil }
        let distance = max(left.onset, right.onset) - min(left.onset, right.onset)
        switch Set([left.type.traits.tieByTime, right.type.traits.tieByTime]) {
        case [.cost, .errors] where distance <= costAndErrors:
            return (.costAndErrors, "both started within one hour, and the errors' generations are part of the cost")
        case [.errors] where distance <= errorStorm:
            return (.errorStorm, "both errors started to rise within \(Int(errorStorm.seconds / 60)) minutes")
        default: return nil
        }
    }

    /// The older incident with the same best suspect, once the blame of a new one is known.
    package static func incident(
        blaming suspects: [Suspect], for findings: [Finding], among others: [(incident: IncidentSummary, best: String)]
    ) -> (incident: Int64, why: String)? {
        guard let best = suspects.first, let onset = findings.map(\.onset).min(),
            !findings.contains(where: { $0.type.traits.hasOwnRemedy })
        else { return nil }
        let same = others.filter { other in
            let distance = max(onset, other.incident.firstSeen) - min(onset, other.incident.firstSeen)
            return other.best == best.sha && !other.incident.type.traits.hasOwnRemedy && distance <= commit
        }
        return same.map(\.incident.id).min().map { ($0, "both are blamed on commit \(best.shortSHA)") }
    }
}

/// The relations between two findings of one incident, strongest first.
package enum CorrelationRule: Int, Comparable, Hashable, Sendable {
    case trace, release, feature, costAndErrors, errorStorm

    package static func < (left: CorrelationRule, right: CorrelationRule) -> Bool { left.rawValue < right.rawValue }
}
