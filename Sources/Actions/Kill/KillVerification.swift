package import Basics

/// Decides from the progress of a trace after its kill whether it stopped.
///
/// A trace has stopped when it had no step for its usual interval and `margin`, or twice the interval if that is shorter, and
/// at least `grace`, since the kill was delivered or since the latest step after it: a step that was running at the delivery
/// may still end. The wait is three times as long while no delivery is known, unless the trace had been still for as long
/// before the kill: no agent is there to read its flag.
struct KillVerification: Hashable, Sendable {
    enum Verdict: Hashable, Sendable {
        /// Check again at this moment.
        case keepWatching(until: Instant)
        /// No step since `since`.
        case stopped(since: Instant, latest: TraceProgress)
        /// It took that many steps after the kill, the latest at `until`.
        case stillRunning(steps: Int, until: Instant)
        /// The source never returned the trace.
        case notSeen
    }

    private let timing: KillTiming
    private let sentAt: Instant
    /// The required time without a step.
    let quiet: Span
    private let deadline: Instant
    /// The progress when the kill was sent; nil until it is known.
    private var baseline: TraceProgress?
    private var latest: TraceProgress?
    private var latestChange: Instant
    private var deliveredAt: Instant?

    /// `usualInterval` is the time between two steps of the trace.
    init(timing: KillTiming, usualInterval: Span, sentAt: Instant, baseline: TraceProgress?) {
        self.timing = timing
        self.sentAt = sentAt
        self.baseline = baseline
        latest = baseline
        latestChange = sentAt
        let long = min(usualInterval + usualInterval, usualInterval + timing.margin)
        quiet = min(max(timing.grace, long), timing.maxQuiet)
        deadline = sentAt + max(timing.limit, quiet + quiet)
    }

    /// - Parameter deliveredAt: When the agent read the flag or accepted the webhook. Nil while neither.
    mutating func observe(_ progress: TraceProgress?, deliveredAt: Instant?, now: Instant) -> Verdict {
        if let progress { note(progress, now: now) }
        self.deliveredAt = self.deliveredAt ?? deliveredAt
        guard let latest else {
            return now >= deadline ? .notSeen : .keepWatching(until: nextCheck(now))
        }
        let stillSince = max(latestChange, self.deliveredAt ?? sentAt)
        let isDelivered = self.deliveredAt != nil || now >= deadline
        let end = stillSince + (isDelivered || hadStopped ? quiet : long)
        if progress != nil, now >= end {
            return .stopped(since: stillSince, latest: latest)
        }
        if now >= deadline {
            let steps = latest.generations - (baseline?.generations ?? latest.generations)
            return progress == nil ? .notSeen : .stillRunning(steps: max(steps, 1), until: latest.lastSeen)
        }
        return .keepWatching(until: min(nextCheck(now), max(end, now + .milliseconds(1))))
    }

    private var long: Span { quiet + quiet + quiet }

    private var hadStopped: Bool {
        guard let baseline, latest == baseline else { return false }
        return sentAt - baseline.lastSeen >= long
    }

    private mutating func note(_ progress: TraceProgress, now: Instant) {
        guard let known = latest else {
            baseline = progress
            latest = progress
            latestChange = now
            return
        }
        if progress.generations > known.generations || progress.lastSeen > known.lastSeen {
            latestChange = now
            latest = progress
        }
    }

    private func nextCheck(_ now: Instant) -> Instant {
        let pause = max(timing.pollInterval, .milliseconds(quiet.milliseconds / 3))
        return min(now + pause, max(deadline, now + .milliseconds(1)))
    }
}

/// The time limits of a kill.
package struct KillTiming: Hashable, Sendable {
    /// The minimum time without a step.
    package var grace = Span.seconds(5)
    /// The maximum required time without a step, whatever the usual interval.
    package var maxQuiet = Span.minutes(3)
    /// What is waited beyond the usual interval.
    package var margin = Span.seconds(4)
    /// How often the trace is read again; a slow agent's less often.
    package var pollInterval = Span.seconds(1)
    /// How long to watch, unless twice the required time without a step is longer.
    package var limit = Span.seconds(90)
    /// An agent that polled its flag within this time counts as listening.
    package var listening = Span.seconds(60)
}
