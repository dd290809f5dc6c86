import Basics
package import OnCallModel

/// Decides which incidents another incident explains, so that they cause no notification.
///
/// A critical incident inhibits less severe ones of other classes about the same feature or trace that started no earlier. A
/// class with its own remedy, such as a loop, is never inhibited. What one outage breaks is one incident (``Storm``).
package enum Inhibition {
    package struct Candidate: Hashable, Sendable {
        package var incident: IncidentSummary
        package var findings: [IncidentFinding]

        package init(_ incident: IncidentSummary, findings: [IncidentFinding]) {
            (self.incident, self.findings) = (incident, findings)
        }
    }

    /// The parent of each incident that has one. `living` are the incidents that are not resolved.
    package static func parents(among living: [Candidate]) -> [Int64: IncidentLife.Parent] {
        let candidates = living.filter { $0.incident.life.stage != .resolved }
        var parents: [Int64: IncidentLife.Parent] = [:]
        for child in candidates { parents[child.incident.id] = critical(over: child, among: candidates) }
        return parents
    }

    private static func critical(over child: Candidate, among others: [Candidate]) -> IncidentLife.Parent? {
        guard !child.incident.type.traits.hasOwnRemedy, child.incident.severity < .critical else { return nil }
        for parent in others.sorted(by: { $0.incident.id < $1.incident.id }) where notifies(parent) {
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

    /// It is not muted, so people are notified of it.
    private static func notifies(_ candidate: Candidate) -> Bool {
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
}
