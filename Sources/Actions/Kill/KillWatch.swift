import Basics

/// Decides from the progress of all traces of a kill whether they stopped: each has its own verification.
///
/// A machine without a clock. A trace that has a verdict is not read again.
struct KillWatch: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        /// Read these traces at this moment.
        case read([String], at: Instant)
        /// Every trace has a verdict.
        case done
    }

    private(set) var verdicts: [String: KillVerification.Verdict] = [:]
    private var verifications: [String: KillVerification]
    private var latest: [String: TraceProgress] = [:]
    /// In the order of the kill.
    let traces: [String]

    /// Many traces are read by one statement, which reads more than the one of a single trace.
    private static let pause = Span.seconds(5)

    init(_ verifications: [(trace: String, verification: KillVerification)]) {
        traces = verifications.map(\.trace)
        self.verifications = Dictionary(verifications.map { ($0.trace, $0.verification) }) { $1 }
    }

    /// The traces without a verdict.
    var open: [String] { traces.filter { verdicts[$0] == nil } }

    /// - Parameters:
    ///   - progress: what was read; a trace that could not be read is missing.
    ///   - deliveredAt: when the agent read the flag of a trace or accepted its webhook.
    mutating func observe(
        _ progress: [String: TraceProgress], deliveredAt: (String) -> Instant?, now: Instant
    ) -> Step {
        var next: [Instant] = []
        latest.merge(progress) { $1 }
        for trace in open {
            let verdict = verifications[trace]?.observe(progress[trace], deliveredAt: deliveredAt(trace), now: now)
            switch verdict {
            case .keepWatching(let until): next.append(until)
            case let verdict?: verdicts[trace] = verdict
            case nil: verdicts[trace] = .notSeen
            }
        }
        guard let soonest = next.min() else { return .done }
        return .read(open, at: open.count == 1 ? soonest : max(soonest, min(now + Self.pause, next.max() ?? soonest)))
    }

    /// The traces that stopped, that took steps after the kill, and of which nothing is known.
    var stopped: [String] { traces.filter { if case .stopped = verdicts[$0] { true } else { false } } }
    var running: [String] { traces.filter { if case .stillRunning = verdicts[$0] { true } else { false } } }
    /// US dollars a minute that the running traces still cost; nil if it was not read.
    var rate: Double? {
        let rates = running.compactMap { latest[$0]?.recentRate }
        return rates.isEmpty ? nil : rates.reduce(0, +)
    }

    var unknown: [String] { traces.filter { !stopped.contains($0) && !running.contains($0) } }
}
