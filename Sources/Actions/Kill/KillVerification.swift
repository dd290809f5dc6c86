package import Basics

/// Watches a trace after its kill until it has certainly stopped or certainly not.
///
/// A trace has stopped when no step came for twice its usual interval (and at least `grace`) since the kill took effect or
/// since the latest step after it: a step that was running when the agent learned of the kill may still end. The wait is
/// three times as long while nothing shows that the agent learned of it.
struct KillVerification: Hashable, Sendable {
    enum Verdict: Hashable, Sendable {
        /// Look again at this moment.
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
    /// How long it must be still.
    let quiet: Span
    private let deadline: Instant
    /// How far the trace was when the kill was sent; nil until it is known.
    private var baseline: TraceProgress?
    private var latest: TraceProgress?
    private var latestChange: Instant
    private var tookEffectAt: Instant?

    /// `usualInterval` is the time between two steps of the trace.
    init(timing: KillTiming, usualInterval: Span, sentAt: Instant, baseline: TraceProgress?) {
        self.timing = timing
        self.sentAt = sentAt
        self.baseline = baseline
        latest = baseline
        latestChange = sentAt
        quiet = min(max(timing.grace, usualInterval + usualInterval), timing.longestQuiet)
        deadline = sentAt + max(timing.limit, quiet + quiet)
    }

    /// - Parameter tookEffectAt: When the agent read the flag or accepted the webhook. Nil while neither.
    mutating func observe(_ progress: TraceProgress?, tookEffectAt: Instant?, now: Instant) -> Verdict {
        if let progress { note(progress, now: now) }
        if self.tookEffectAt == nil { self.tookEffectAt = tookEffectAt }
        guard let latest else {
            return now >= deadline ? .notSeen : .keepWatching(until: nextLook(now))
        }
        let stillSince = max(latestChange, self.tookEffectAt ?? sentAt)
        let isTold = self.tookEffectAt != nil || now >= deadline
        if progress != nil, now >= stillSince + (isTold ? quiet : quiet + quiet + quiet) {
            return .stopped(since: stillSince, latest: latest)
        }
        if now >= deadline {
            let steps = latest.generations - (baseline?.generations ?? latest.generations)
            return progress == nil ? .notSeen : .stillRunning(steps: max(steps, 1), until: latest.lastSeen)
        }
        return .keepWatching(until: nextLook(now))
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

    private func nextLook(_ now: Instant) -> Instant {
        min(now + timing.pollInterval, max(deadline, now + .milliseconds(1)))
    }
}

/// The time limits of a kill.
package struct KillTiming: Hashable, Sendable {
    /// The least time that a trace must be still.
    package var grace = Span.seconds(5)
    /// The longest time that it must be still, whatever its usual interval.
    package var longestQuiet = Span.minutes(3)
    /// How often the trace is read again.
    package var pollInterval = Span.seconds(1)
    /// How long to watch in all, unless the required stillness is longer.
    package var limit = Span.seconds(90)
    /// An agent that read its flag within this time counts as listening.
    package var listening = Span.seconds(60)
}
