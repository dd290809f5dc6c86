import Basics

/// The findings of an incident as people read them: how many of which class, at most 20 by name, the rest as a number.
package struct IncidentMembers: Hashable, Sendable {
    /// `59 agent loops, 1 cost spike`.
    package let kinds: String
    package let listed: [IncidentFinding]
    package let more: Int

    package var count: Int { listed.count + more }

    package static let maxListed = 20

    package init(_ findings: [IncidentFinding]) {
        var counts: [(type: DetectionType, count: Int)] = []
        for finding in findings {
            if let index = counts.firstIndex(where: { $0.type == finding.type }) {
                counts[index].count += 1
            } else {
                counts.append((finding.type, 1))
            }
        }
        kinds = counts.map { "\($0.count) \($0.type.traits.noun)\($0.count == 1 ? "" : "s")" }.joined(separator: ", ")
        listed = Array(findings.prefix(Self.maxListed))
        more = findings.count - listed.count
    }

    /// `60 agent loops: run-1, run-2, … and 40 more`; nil for a single finding.
    package var sentence: String? {
        guard listed.count > 1 else { return nil }
        let names = listed.map { String($0.subject.prefix(40)) }.joined(separator: ", ")
        return "\(kinds): \(names)\(rest)"
    }

    /// ` and 40 more`; empty if all are listed.
    package var rest: String { more > 0 ? " and \(more) more" : "" }
}

extension IncidentDetail {
    package var members: IncidentMembers { IncidentMembers(findings) }
}
