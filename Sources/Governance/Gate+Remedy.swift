import Basics
package import OnCallModel

extension Gate {
    /// The findings of one incident by their remedy, in their order: all that one agent's kill stops are one group, and all
    /// that a review is for.
    package static func groups(of findings: [Finding]) -> [[Finding]] {
        var groups: [(remedy: String, findings: [Finding])] = []
        for finding in findings {
            let remedy = finding.loop.map { "kill \(NamePattern.ofAgent($0.agent))" } ?? "review"
            if let index = groups.firstIndex(where: { $0.remedy == remedy }) {
                groups[index].findings.append(finding)
            } else {
                groups.append((remedy, [finding]))
            }
        }
        return groups.map(\.findings)
    }

    /// The remedy for one group of findings; nil for loops without a known trace.
    static func remedy(for group: [Finding], incident: Int64, suspects: [Suspect]) -> Action? {
        guard let lead = group.first else { return nil }
        switch lead.type.traits.remedy {
        case .killLoop:
            let loops = group.compactMap(\.loop)
            return loops.first.map { .killLoop(traces: loops.map(\.traceID), agent: $0.agent) }
        case .review: return review(incident: incident, suspects: suspects)
        case .none: return nil
        }
    }

    /// A review by the author of the best suspect; by the team if there is no suspect (commit and author are empty).
    static func review(incident: Int64, suspects: [Suspect]) -> Action {
        .requestReview(incident: incident, commit: suspects.first?.sha ?? "", author: suspects.first?.author ?? "")
    }
}
