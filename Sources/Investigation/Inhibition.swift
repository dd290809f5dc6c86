import Basics
package import OnCallModel

/// Which incidents are explained by another incident that people were notified of, and so are shown without a notification.
///
/// Two rules. A milder incident of another kind about the same feature or trace, while a critical one is open and began no
/// later. And one outage of a service that others call: three or more tools, features or errors that name the same upstream
/// failure at once are notified as one. A class with its own remedy, such as a loop, is never inhibited.
package enum Inhibition {
    package struct Candidate: Hashable, Sendable {
        package var incident: IncidentSummary
        package var findings: [IncidentFinding]

        package init(_ incident: IncidentSummary, findings: [IncidentFinding]) {
            (self.incident, self.findings) = (incident, findings)
        }
    }

    /// So many at once are an outage, and so close together is at once.
    static let outage = 3
    static let atOnce = Span.minutes(15)

    /// The parent of each incident that has one. `living` are the incidents that are not resolved.
    package static func parents(among living: [Candidate]) -> [Int64: IncidentLife.Parent] {
        let candidates = living.filter { $0.incident.life.stage != .resolved }
        let outages = outages(candidates)
        var parents = outages
        for child in candidates where parents[child.incident.id] == nil {
            parents[child.incident.id] = critical(
                over: child, among: candidates.filter { outages[$0.incident.id] == nil })
        }
        return parents
    }

    // MARK: a critical incident about the same

    private static func critical(over child: Candidate, among others: [Candidate]) -> IncidentLife.Parent? {
        guard !child.incident.type.traits.hasOwnRemedy, child.incident.severity < .critical else { return nil }
        for parent in others.sorted(by: { $0.incident.id < $1.incident.id }) where tells(parent) {
            guard parent.incident.severity == .critical, parent.incident.type != child.incident.type,
                parent.incident.firstSeen <= child.incident.firstSeen + Grouping.together,
                overlap(parent.incident, child.incident), let shared = shared(parent, child)
            else { continue }
            return IncidentLife.Parent(
                incident: parent.incident.id,
                why: "both are about \(shared), and incident \(parent.incident.id) is critical and open")
        }
        return nil
    }

    /// It is not muted, so people are notified of it and need no notification of what it explains.
    private static func tells(_ candidate: Candidate) -> Bool {
        let life = candidate.incident.life
        return life.silence == nil && life.snoozedUntil == nil && life.flappingSince == nil
    }

    private static func overlap(_ left: IncidentSummary, _ right: IncidentSummary) -> Bool {
        left.firstSeen <= right.lastSeen + Grouping.together && right.firstSeen <= left.lastSeen + Grouping.together
    }

    private static func shared(_ left: Candidate, _ right: Candidate) -> String? {
        func all(_ path: KeyPath<FindingLinks, Set<String>>, _ candidate: Candidate) -> Set<String> {
            candidate.findings.reduce(into: []) { $0.formUnion($1.links[keyPath: path]) }
        }
        return all(\.features, left).intersection(all(\.features, right)).min()
            ?? all(\.traces, left).intersection(all(\.traces, right)).min().map { "trace \($0)" }
    }

    // MARK: one outage

    private static func outages(_ candidates: [Candidate]) -> [Int64: IncidentLife.Parent] {
        let broken = candidates.filter { $0.incident.type.traits.blamesServices && tells($0) }
            .sorted { ($0.incident.firstSeen, $0.incident.id) < ($1.incident.firstSeen, $1.incident.id) }
        let named = broken.map { candidate in
            (candidate: candidate, errors: candidate.findings.flatMap(UpstreamError.named))
        }
        var parents: [Int64: IncidentLife.Parent] = [:]
        for first in named {
            for error in first.errors where parents[first.candidate.incident.id] == nil {
                let storm = named.filter { other in
                    let gap = other.candidate.incident.firstSeen - first.candidate.incident.firstSeen
                    return gap >= .milliseconds(0) && gap <= atOnce && parents[other.candidate.incident.id] == nil
                        && other.errors.contains { $0.isSame(as: error) }
                }.map(\.candidate.incident)
                guard storm.count >= outage, let head = storm.max(by: isMilder) else { continue }
                let why = "\(storm.count) incidents started within 15 minutes with the same \(error.phrase): one outage"
                for child in storm where child.id != head.id {
                    parents[child.id] = IncidentLife.Parent(incident: head.id, why: why)
                }
            }
        }
        return parents
    }

    /// The worst leads; of equals the one that began first.
    private static func isMilder(_ left: IncidentSummary, _ right: IncidentSummary) -> Bool {
        (left.severity, right.firstSeen, right.id) < (right.severity, left.firstSeen, left.id)
    }
}
