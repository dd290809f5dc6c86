package import Basics
package import OnCallModel

/// The input of a detector besides the rows and its memory.
package struct DetectorContext: Hashable, Sendable {
    package enum Effort: Hashable, Sendable {
        /// An incremental scan: a call or two beside those of the mirrors.
        case routine
        /// A full scan or the patrol: everything new is checked.
        case thorough
    }

    package var now: Instant
    package var settings: Settings
    package var effort: Effort
    /// The findings of its own class in incidents of the store: those of unresolved incidents, and those seen in the last
    /// 31 days.
    package var past: [PastFinding]
    /// The traces whose bodies are worth a call; nil if nothing was sampled, and any trace may be read in full. Sums and
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

    /// Outputs are not read more often than this. What is stored is judged at any time.
    private static let outputInterval = Span.minutes(5)

    /// A run of the same class has just read outputs: this one makes no call for them.
    func isRightAfter(_ last: Instant?) -> Bool { last.map { now >= $0 && now - $0 < Self.outputInterval } ?? false }

    /// The subjects of findings whose incidents are not resolved.
    package var unresolved: Set<String> { Set(past.filter { !$0.isResolved }.map(\.subject)) }
}
