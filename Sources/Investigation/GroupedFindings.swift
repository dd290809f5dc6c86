import Basics
package import OnCallModel

/// The findings of known incidents, and those that are found at the same time: what a new finding may belong to.
package struct GroupedFindings: Sendable {
    private var members: [(incident: Int64, signature: Grouping.Signature)]
    private var fresh: [Fingerprint: Grouping.Signature]

    /// `known` are the findings of incidents that are not resolved, `fresh` those of one scan, of which some may be known.
    package init(_ known: [IncidentFinding], besides fresh: [Finding] = []) {
        members = known.map { ($0.incident, Grouping.Signature($0)) }
        let prints = Set(known.map(\.fingerprint))
        let others = fresh.filter { !$0.isNote && !prints.contains($0.fingerprint) }
        self.fresh = Dictionary(
            others.map { ($0.fingerprint, Grouping.Signature(IncidentFinding($0))) }, uniquingKeysWith: { $1 })
    }

    /// The finding was recorded.
    package mutating func add(_ finding: Finding, to incident: Int64) {
        guard let signature = fresh.removeValue(forKey: finding.fingerprint) else { return }
        members.append((incident, signature))
    }

    /// The incident that a new finding belongs to; nil if the finding opens its own incident. The strongest rule decides, then
    /// the older incident.
    package func place(of finding: Finding) -> Grouping.Place? {
        let signature = fresh[finding.fingerprint] ?? Grouping.Signature(IncidentFinding(finding))
        var related = members.compactMap { member in
            Grouping.correlation(of: signature, and: member.signature).map { (member.incident, $0.rule, $0.why) }
        }
        var others = members.enumerated().map { (index: $0.offset, signature: $0.element.signature) }
        for (print, other) in fresh where print != finding.fingerprint { others.append((-1, other)) }
        if let outage = Storm.outage(of: signature, among: others) {
            related += outage.members.filter { $0 >= 0 }.map { (members[$0].incident, .storm, outage.why) }
        }
        return related.min { ($0.1, $0.0) < ($1.1, $1.0) }.map { incident, rule, why in
            Grouping.Place(incident: incident, why: why, isAlike: rule == .storm)
        }
    }

    /// The incident whose storm a finding continues.
    package func storm(of finding: Finding) -> Grouping.Place? {
        let signature = Grouping.Signature(IncidentFinding(finding))
        let related = members.compactMap { member in
            Storm.relation(of: signature, and: member.signature).map { (member.incident, $0) }
        }
        return related.min { $0.0 < $1.0 }.map { Grouping.Place(incident: $0.0, why: $0.1, isAlike: false) }
    }
}
