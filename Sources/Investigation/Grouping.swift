package import Basics
package import OnCallModel

/// Decides which findings have one cause and belong to one incident: they share a trace, a release, a feature or a time, and
/// later a suspect commit.
///
/// A finding whose class has its own remedy (a looping trace) joins another one of its class only in a ``Storm``. It joins the
/// costs and errors that it causes by the trace, or by the agent and the time.
package enum Grouping {
    /// The features of a finding for correlation.
    package struct Signature: Hashable, Sendable {
        package var type: DetectionType
        package var links: FindingLinks
        package var onset: Instant
        package var lastSeen: Instant
        /// Nil where only the links are compared.
        var mark: Storm.Mark?

        init(_ finding: IncidentFinding) {
            self.init(
                type: finding.type, links: finding.links, onset: finding.firstSeen, lastSeen: finding.lastSeen)
            mark = Storm.Mark(finding)
        }

        package init(type: DetectionType, links: FindingLinks, onset: Instant, lastSeen: Instant) {
            self.type = type
            self.links = links
            self.onset = onset
            self.lastSeen = lastSeen
        }

        func distance(to other: Signature) -> Span { max(onset, other.onset) - min(onset, other.onset) }
    }

    /// The maximum distance of the onsets of two findings with the same cause.
    static let together = Span.minutes(30)
    /// The onset of a cost spike is known to the minute, that of an old Sentry issue to the hour.
    static let costAndErrors = Span.minutes(60)
    /// One outage raises several Sentry issues at once.
    static let errorStorm = Span.minutes(15)
    /// A release fails when it is deployed, or with the first nightly job after that.
    static let release = Span.hours(12)
    static let commit = Span.hours(24)

    /// The incident that a finding belongs to, and why.
    package struct Place: Hashable, Sendable {
        package var incident: Int64
        /// As a phrase.
        package var why: String
        /// It is one more of what the incident consists of already, so there is nothing new to investigate.
        package var isAlike: Bool
    }

    /// The strongest rule that correlates two findings, with its reason as a phrase; nil if none does.
    package static func correlation(of left: Signature, and right: Signature) -> (rule: CorrelationRule, why: String)? {
        if let trace = left.links.traces.intersection(right.links.traces).min() {
            return (.trace, "both name trace \(trace)")
        }
        if let why = Storm.relation(of: left, and: right) { return (.storm, why) }
        guard !left.type.traits.hasOwnRemedy, !right.type.traits.hasOwnRemedy else {
            return left.type != right.type ? byFeature(left, right) : nil
        }
        if left.distance(to: right) <= release,
            let name = left.links.failingReleases.intersection(right.links.failingReleases).min()
        {
            return (.release, "both started with release \(name)")
        }
        return byFeature(left, right) ?? byTime(left, right)
    }

    private static func byFeature(_ left: Signature, _ right: Signature) -> (rule: CorrelationRule, why: String)? {
        guard left.distance(to: right) <= together,
            let name = left.links.features.intersection(right.links.features).min()
        else { return nil }
        return (.feature, "both are about \(name) and started within \(Int(together.seconds / 60)) minutes")
    }

    /// Time alone correlates costs with errors, and errors with errors, unless both name features and none in common.
    private static func byTime(_ left: Signature, _ right: Signature) -> (rule: CorrelationRule, why: String)? {
        let features = (left.links.features, right.links.features)
        if !features.0.isEmpty, !features.1.isEmpty, features.0.isDisjoint(with: features.1) { return nil }
        guard !Storm.areUnrelated(left, right), left.onset <= right.lastSeen + together,
            right.onset <= left.lastSeen + together
        else { return nil }
        let distance = left.distance(to: right)
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

    /// Whether two incidents with the same suspect are one.
    package static func isOneCause(_ left: IncidentSummary, _ right: IncidentSummary) -> Bool {
        let distance = max(left.firstSeen, right.firstSeen) - min(left.firstSeen, right.firstSeen)
        return !left.type.traits.hasOwnRemedy && !right.type.traits.hasOwnRemedy && distance <= commit
    }
}

/// The relations between two findings of one incident, strongest first.
package enum CorrelationRule: Comparable, Hashable, Sendable {
    case trace, storm, release, feature, costAndErrors, errorStorm
}
