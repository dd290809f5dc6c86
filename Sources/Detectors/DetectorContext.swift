package import Basics
package import OnCallModel

/// What a detector knows besides the rows and its memory.
package struct DetectorContext: Hashable, Sendable {
    package enum Effort: Hashable, Sendable {
        /// A turn of the on-call brain: a call or two more than what the mirrors took anyway.
        case routine
        /// Somebody asked, or it is the patrol's turn: everything that has something new is looked at.
        case thorough
    }

    package var now: Instant
    package var settings: Settings
    package var effort: Effort
    /// The findings of its own class that incidents of the store hold: all of incidents that are not resolved, and those
    /// that were seen in the last 31 days.
    package var past: [PastFinding]
    /// Of a ``DetectorMachine`` only, down to ``sample``.
    /// The UTC hours of cost incidents that the store holds; a baseline leaves them out.
    package var incidentHours: Set<Instant>
    /// The subjects of the cost incidents that are not resolved. A spike keeps the subject of its open incident while
    /// that still explains a good part of it, so that one spike stays one incident.
    package var openCostSubjects: Set<String>
    /// The subjects of all findings of incidents that are not resolved, by type: these are looked at again first.
    package var openSubjects: [DetectionType: Set<String>]
    /// What is known of the outputs of features and of tools, by name.
    package var snapshots: [String: FeatureSnapshot]
    package var tools: [String: ToolProfile]
    /// The traces whose bodies are worth a call; nil where nothing was sampled, and any trace may be read in full. What
    /// is added up or compared as a baseline never looks at it.
    package var sample: TraceSample?

    package init(
        now: Instant, settings: Settings, effort: Effort = .routine, past: [PastFinding] = [],
        incidentHours: Set<Instant> = [],
        openCostSubjects: Set<String> = [], openSubjects: [DetectionType: Set<String>] = [:],
        snapshots: [String: FeatureSnapshot] = [:], tools: [String: ToolProfile] = [:],
        sample: TraceSample? = nil
    ) {
        self.now = now
        self.settings = settings
        self.effort = effort
        self.past = past
        self.incidentHours = incidentHours
        self.openCostSubjects = openCostSubjects
        self.openSubjects = openSubjects
        self.snapshots = snapshots
        self.tools = tools
        self.sample = sample
    }
    /// The subjects of findings whose incidents are not resolved.
    package var unresolved: Set<String> { Set(past.filter { !$0.isResolved }.map(\.subject)) }
}
