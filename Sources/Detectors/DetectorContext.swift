package import Basics
package import OnCallModel

/// What a detector knows besides the rows and its memory.
package struct DetectorContext: Hashable, Sendable {
    package enum Effort: Hashable, Sendable {
        /// A scan cycle: a call or two more than what the mirrors took anyway.
        case routine
        /// A person asked, or it is the patrol: everything that has something new is looked at.
        case thorough
    }

    package var now: Instant
    package var settings: Settings
    package var effort: Effort
    /// The findings of its own class that incidents of the store hold: all of incidents that are not resolved, and those
    /// that were seen in the last 31 days.
    package var past: [PastFinding]
    /// The traces whose bodies are worth a call; nil where nothing was sampled, and any trace may be read in full. Sums and
    /// baselines never use it.
    package var sample: TraceSample?

    package init(
        now: Instant, settings: Settings, effort: Effort = .routine, past: [PastFinding] = [],
        sample: TraceSample? = nil
    ) {
        self.now = now
        self.settings = settings
        self.effort = effort
        self.past = past
        self.sample = sample
    }

    /// The subjects of findings whose incidents are not resolved.
    package var unresolved: Set<String> { Set(past.filter { !$0.isResolved }.map(\.subject)) }
}
