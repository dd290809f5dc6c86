package import Basics

/// Decides which job runs when. It has no clock.
///
/// A job never overlaps itself, and scan and patrol never overlap each other. A job runs once for all runs that were missed
/// while the program was down or the machine slept.
package struct SchedulerMachine: Hashable, Sendable {
    package enum Job: String, CaseIterable, Hashable, Sendable {
        case onCall = "oncall_brain"
        /// Checks the outputs of all features.
        case driftPatrol = "drift_patrol"
        /// Checks the newest rows between two scans.
        case pulse
        /// Makes the weekly digest, and those that people ask for.
        case digest = "weekly_digest"
    }

    package enum Step: Hashable, Sendable {
        case run(Job)
        /// No job is due before this moment; nil when every job is running.
        case sleep(until: Instant?)
    }

    private struct Entry: Hashable, Sendable {
        /// Nil for a job that is scheduled again after each run.
        var cadence: Span?
        var dueAt: Instant
        var isRunning = false
        /// Someone asked for one more run.
        var isRequested = false
    }

    private var entries: [Job: Entry] = [:]

    package init() {}

    /// Adds a job, or changes its cadence.
    ///
    /// `lastRunAt` is from the store and counts only when the job is added: a job that never ran, or is overdue, is due at
    /// once.
    package mutating func schedule(_ job: Job, every cadence: Span, lastRunAt: Instant?, now: Instant) {
        if var entry = entries[job] {
            // A new cadence counts from the run that the old one was counted from.
            if let old = entry.cadence, old != cadence { entry.dueAt = entry.dueAt - old + cadence }
            entry.cadence = cadence
            entries[job] = entry
        } else {
            entries[job] = Entry(cadence: cadence, dueAt: lastRunAt.map { $0 + cadence } ?? now)
        }
    }

    /// Adds a job that is due at one moment, or changes the moment. A run that was asked for stays due.
    package mutating func schedule(_ job: Job, at due: Instant) {
        var entry = entries[job] ?? Entry(cadence: nil, dueAt: due)
        entry.dueAt = entry.isRequested ? min(entry.dueAt, due) : due
        entries[job] = entry
    }

    /// Makes a job due now, or once more after the current run.
    package mutating func runNow(_ job: Job, now: Instant) {
        entries[job]?.dueAt = now
        entries[job]?.isRequested = true
    }

    /// The next step. A job that is due is marked as running.
    package mutating func next(now: Instant) -> Step {
        let waiting = entries.filter { !$0.value.isRunning && !isHeld($0.key) }
        if let (job, entry) = waiting.min(by: { $0.value.dueAt < $1.value.dueAt }), entry.dueAt <= now {
            entries[job]?.isRunning = true
            // The next run counts from the start of this one, so missed runs are made up for once.
            entries[job]?.dueAt = now + (entry.cadence ?? .days(7))
            entries[job]?.isRequested = false
            return .run(job)
        }
        return .sleep(until: waiting.values.map(\.dueAt).min())
    }

    private func isHeld(_ job: Job) -> Bool {
        switch job {
        case .onCall: entries[.driftPatrol]?.isRunning ?? false
        case .driftPatrol: entries[.onCall]?.isRunning ?? false
        case .pulse, .digest: false
        }
    }

    package mutating func finished(_ job: Job) {
        entries[job]?.isRunning = false
    }

    package func nextRun(of job: Job) -> Instant? { entries[job]?.dueAt }
}
