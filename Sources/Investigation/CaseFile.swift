package import OnCallModel

/// Everything that the investigation of a finding uses, and which data is missing.
package struct CaseFile: Hashable, Sendable {
    package var finding: Finding
    /// The other findings of the same incident.
    package var companions: [IncidentFinding] = []
    package var hours: [HourFact] = []
    package var commits: [CommitFact] = []
    package var errors: [ErrorFact] = []
    package var messages: [MessageFact] = []
    /// Alerts of other systems that fired around the finding.
    package var alerts: [OutsideAlert] = []
    package var surroundings = Surroundings()
    /// One sentence for each source that could not be read: "Slack was not queried: SLACK_TOKEN is not set."
    package var gaps: [String] = []
}
