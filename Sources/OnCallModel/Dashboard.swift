/// The first screen.
package struct Dashboard: Hashable, Sendable {
    package var openIncidents: Int
    package var totalIncidents: Int
    /// US dollars an hour over the latest complete hour; nil before the first cycle.
    package var spendPerHour: Double?
    /// The mean of the same hour over the 7 days before; nil while learning.
    package var baselinePerHour: Double?
    /// US dollars over the six hours after the latest complete one, by the hour of day and the present level.
    package var projectedSixHours: Double?
    package var activeLoops: Int
    package var pendingApprovals: Int
    /// Drift events of the last 24 hours.
    package var driftEvents: Int
    /// Notices that did not reach people.
    package var undelivered = 0
    package var sources: [SourceHealth]
    package var detectors: [DetectorHealth]
    package var recent: [IncidentSummary]
    package var sampling: SamplingStats?
    /// The cost of each of the last 24 complete hours, oldest first.
    package var hours: [HourFact]

    package init(
        openIncidents: Int = 0, totalIncidents: Int = 0, spendPerHour: Double? = nil, baselinePerHour: Double? = nil,
        projectedSixHours: Double? = nil, activeLoops: Int = 0, pendingApprovals: Int = 0, driftEvents: Int = 0,
        sources: [SourceHealth] = [], detectors: [DetectorHealth] = [], recent: [IncidentSummary] = [],
        sampling: SamplingStats? = nil, hours: [HourFact] = []
    ) {
        (self.openIncidents, self.totalIncidents) = (openIncidents, totalIncidents)
        (self.spendPerHour, self.baselinePerHour) = (spendPerHour, baselinePerHour)
        (self.projectedSixHours, self.activeLoops) = (projectedSixHours, activeLoops)
        (self.pendingApprovals, self.driftEvents) = (pendingApprovals, driftEvents)
        (self.sources, self.detectors) = (sources, detectors)
        (self.recent, self.sampling) = (recent, sampling)
        self.hours = hours
    }
}

/// One setting as the settings pane shows it.
package struct SettingItem: Hashable, Sendable, Identifiable {
    package var id: String { key }
    package var key: String
    /// JSON text of the value in force.
    package var value: String
    /// Why the last requested change was rejected; empty if it was not.
    package var refusal: String

    package init(key: String, value: String, refusal: String = "") {
        (self.key, self.value, self.refusal) = (key, value, refusal)
    }
}
