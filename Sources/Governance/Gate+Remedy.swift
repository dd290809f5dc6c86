package import OnCallModel

extension Gate {
    /// What would help against a finding; nil for a loop whose trace is not known.
    package static func remedy(for finding: Finding, incident: Int64, suspects: [Suspect]) -> Action? {
        switch finding.type {
        case .agentLoop:
            finding.loop.map { .killLoop(trace: $0.traceID, agent: $0.agent) }
        case .costSpike, .errorCascade, .promptDrift, .toolFailure:
            review(incident: incident, suspects: suspects)
        }
    }

    /// The best suspect's author is asked, or the team when blame abstains: then commit and author are empty.
    static func review(incident: Int64, suspects: [Suspect]) -> Action {
        .requestReview(
            incident: incident, commit: suspects.first?.sha ?? "", author: suspects.first?.author ?? "")
    }
}
