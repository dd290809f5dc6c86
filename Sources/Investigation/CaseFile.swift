package import OnCallModel

/// All that the investigation of one finding has to go on, and what it could not learn.
package struct CaseFile: Hashable, Sendable {
    package var finding: Finding
    /// The other findings of the same incident.
    package var companions: [IncidentFinding] = []
    package var hours: [HourFact] = []
    package var commits: [CommitFact] = []
    package var errors: [ErrorFact] = []
    package var messages: [MessageFact] = []
    package var surroundings = Surroundings()
    /// One sentence for each thing that could not be looked at: "Slack was not asked: SLACK_TOKEN is not set."
    package var gaps: [String] = []
}
