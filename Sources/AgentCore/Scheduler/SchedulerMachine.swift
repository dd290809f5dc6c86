package import Basics

/// Decides which job runs when. It has no clock: it is told the time and answers what to do.
///
/// A job never overlaps itself. However many turns were missed while the program was down or the machine slept, it
/// runs once for all of them.
package struct SchedulerMachine: Hashable, Sendable {
    package enum Job: String, CaseIterable, Hashable, Sendable {
        case onCall = "oncall_brain"
        /// The outputs of all features.
        case driftPatrol = "drift_patrol"
    }

    package enum Step: Hashable, Sendable {
        case run(Job)
        /// Nothing is due before this moment; nil when every job is under way.
        case sleep(until: Instant?)
    }

    private struct Entry: Hashable, Sendable {
        var cadence: Span
        var dueAt: Instant
        var isRunning = false
    }

    private var entries: [Job: Entry] = [:]

    package init() {}

    /// Adds a job, or changes its cadence.
    ///
    /// `lastRunAt` is from the store: a job that never ran, or whose turn has passed, is due at once.
    package mutating func schedule(_ job: Job, every cadence: Span, lastRunAt: Instant?, now: Instant) {
        if var entry = entries[job] {
            // A new cadence counts from the run that the old one was counted from.
            if entry.cadence != cadence { entry.dueAt = entry.dueAt - entry.cadence + cadence }
            entry.cadence = cadence
            entries[job] = entry
        } else {
            entries[job] = Entry(cadence: cadence, dueAt: lastRunAt.map { $0 + cadence } ?? now)
        }
    }

    /// Makes a job due now, or once more as soon as the run under way has ended.
    package mutating func hasten(_ job: Job, now: Instant) {
        entries[job]?.dueAt = now
    }

    /// Marks a job as started where one is due.
    package mutating func next(now: Instant) -> Step {
        let waiting = entries.filter { !$0.value.isRunning }
        if let (job, entry) = waiting.min(by: { $0.value.dueAt < $1.value.dueAt }), entry.dueAt <= now {
            entries[job]?.isRunning = true
            // Turns are counted from the start of this run, so missed ones are made up for once.
            entries[job]?.dueAt = now + entry.cadence
            return .run(job)
        }
        return .sleep(until: waiting.values.map(\.dueAt).min())
    }

    package mutating func finished(_ job: Job) {
        entries[job]?.isRunning = false
    }

    package func nextRun(of job: Job) -> Instant? { entries[job]?.dueAt }
}
