package import Basics
package import OnCallModel

/// What a detector knows besides the rows.
package struct DetectorContext: Hashable, Sendable {
    package var now: Instant
    package var settings: Settings
    /// The UTC hours of cost incidents that the store holds; a baseline leaves them out.
    package var incidentHours: Set<Instant>
    /// The subjects of the cost incidents that are not resolved. A spike keeps the subject of its open incident while
    /// that still explains a good part of it, so that one spike stays one incident.
    package var openCostSubjects: Set<String>

    package init(
        now: Instant, settings: Settings, incidentHours: Set<Instant> = [], openCostSubjects: Set<String> = []
    ) {
        self.now = now
        self.settings = settings
        self.incidentHours = incidentHours
        self.openCostSubjects = openCostSubjects
    }
}
