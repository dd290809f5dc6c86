package import OnCallModel

extension Gate {
    /// What would help against a finding; nil for a class that is stopped by its trace and names none.
    package static func remedy(for finding: Finding, incident: Int64, suspects: [Suspect]) -> Action? {
        switch finding.type.traits.remedy {
        case .killLoop: finding.loop.map { .killLoop(trace: $0.traceID, agent: $0.agent) }
        case .review: review(incident: incident, suspects: suspects)
        }
    }

    /// The best suspect's author is asked, or the team when blame abstains: then commit and author are empty.
    static func review(incident: Int64, suspects: [Suspect]) -> Action {
        .requestReview(
            incident: incident, commit: suspects.first?.sha ?? "", author: suspects.first?.author ?? "")
    }
}
