import Basics
import SourceFetch

/// The state of one mirrored table: the stored rows, the result of the last sync, and the callers that wait for the next.
struct TableStatus: Sendable {
    var state = MirrorState()
    var last: SyncOutcome?
    /// When the last sync ended.
    var endedAt: Instant?
    /// The sync that is running.
    var sync: Running?
    /// The pause that the running sync waits for.
    var retryPause: RetryPause?
    var waiters: [Int: Waiter] = [:]
    /// Why the last reading beside the syncs failed.
    var headFailure: SourceError?
    /// What the source has answered for and is not believed.
    var answers: [Answer] = []

    struct Running: Sendable {
        let startedAt: Instant
        let demand = SyncDemand()
        var calls = 0
    }

    struct Answer: Sendable {
        let window: Interval
        let at: Instant
    }

    struct Waiter: Sendable {
        /// What the caller waits for; nil for the end of the sync.
        let need: RowNeed?
        /// Nil for one who waits to the end.
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Bool, Never>
        let timer: Task<Void, Never>

        func end(isMet: Bool) {
            timer.cancel()
            continuation.resume(returning: isMet)
        }
    }

    var isRunning: Bool { sync != nil }

    /// After a failure the source is not read for this time; longer if it rejected the key, because a retry does not help.
    var rest: Span { last?.failure?.kind == .notAuthorised ? .minutes(5) : .seconds(15) }

    /// All rows that the source has of the time since `need.since` are stored, as of `need.asOf` or later.
    func meets(_ need: RowNeed) -> Bool {
        guard let headAt = state.headAt, headAt >= need.asOf else { return false }
        var known = state.coverage
        for answer in answers where answer.at >= need.asOf { known.insert(answer.window) }
        return known.isComplete(from: need.since)
    }

    mutating func note(_ answer: Answer, isBelieved: Bool) {
        answers.removeAll { known in
            answer.at - known.at > .hours(1)
                || known.window.from >= answer.window.from && known.window.to <= answer.window.to
        }
        if !isBelieved { answers.append(answer) }
    }
}

/// The rows that a caller needs.
struct RowNeed: Hashable, Sendable {
    var since: Instant
    /// How current the newest of them are to be.
    var asOf: Instant
}
