import Basics
import SourceFetch
import SourceSpec

/// The outcome of one sync of a mirrored table.
struct SyncOutcome: Sendable {
    var calls = 0
    var rows = 0
    var warnings = 0
    /// Why it ended early; nil when all windows were read.
    var failure: SourceError?
    var state = MirrorState()
    /// The provider's clock minus ours.
    var skew: Span?
    /// A window that could not be read completely, as a sentence.
    var note: String?
}

/// Updates one mirrored table: reads the windows of ``MirrorPlan``, newest first, and commits each one completely.
struct MirrorSync: Sendable {
    /// Rows held before they are written; a window of fewer is one transaction.
    static let batchRows = 20_000
    /// The number of windows of minimum length that the provider truncates before the sync stops.
    static let mostUnreadableWindows = 3
    /// A mirror waits in the background for as long as a provider may ask; no statement waits for it.
    static let maxWait = RateSignal.longest

    let table: MirrorTable
    let file: MirrorFile
    let pages: any PageSource
    let clock: WallClock
    let retention: Span
    let skew: Span
    /// Called for a rate limit pause that the sync waits for.
    let onRetryPause: @Sendable (RetryPause) async -> Void

    func run(since: Instant?, progress: @escaping @Sendable (SyncProgress) -> Void) async -> SyncOutcome {
        var outcome = SyncOutcome(skew: skew)
        // The windows end at the start, however long a provider has them waited for.
        let start = clock.now()
        do {
            try await read(since: since, at: start, &outcome, progress)
            try await file.finishSync(of: table.name, at: start, retention: retention)
        } catch let error as SourceError {
            outcome.failure = error
        } catch is CancellationError {
            outcome.failure = failure(
                .unavailable, "The sync was stopped.",
                "Rows that were read are kept; the next run continues from there.")
        } catch {
            outcome.failure = failure(
                .unavailable, "The mirror could not be written: \(error).", "Check the disk and its space.")
        }
        do {
            outcome.state = try await file.state(of: table.name)
        } catch {
            outcome.failure =
                outcome.failure
                ?? failure(.unavailable, "The mirror could not be read: \(error).", "It is rebuilt on the next run.")
        }
        return outcome
    }

    private func failure(_ kind: SourceError.Kind, _ reason: String, _ remedy: String) -> SourceError {
        SourceError(kind: kind, source: table.source.name, reason: reason, remedy: remedy)
    }

    private func read(
        since: Instant?, at now: Instant, _ outcome: inout SyncOutcome,
        _ progress: @escaping @Sendable (SyncProgress) -> Void
    ) async throws {
        let state = try await file.state(of: table.name)
        let plan = MirrorPlan(mirror: table.mirror, coverage: state.coverage)
        let horizon = plan.horizon(now: now, since: since, retention: retention)
        let end = now + max(skew, .milliseconds(0))
        let recalls = state.syncedAt.map { plan.recalls(since: $0, now: now) } ?? []
        let open = try await file.openRows(of: table.name, in: recalls)
        var windows = plan.windows(from: horizon, to: end, open: open)
        var dialect = APIChoice(hasFallback: table.mirror.fallback != nil, state: state, now: now)
        var (done, unreadable) = (0, 0)
        while let window = windows.first {
            try Task.checkCancellation()
            do {
                let told = SyncProgress(
                    table: table.name, windowsDone: done, windowsPlanned: done + windows.count, rows: outcome.rows,
                    calls: outcome.calls)
                let chain = MirrorChain(sync: self, plan: plan, window: window, told: told, tell: progress)
                let isWhole = try await chain.read(dialect.usesFallback, &outcome)
                windows.removeFirst()
                if let change = dialect.answered(at: now) { try await file.setFallback(change.since, of: table.name) }
                if !isWhole {
                    guard let halves = plan.halves(of: window) else {
                        unreadable += 1
                        guard unreadable < Self.mostUnreadableWindows else {
                            throw failure(
                                .malformed,
                                "\(table.name): the API truncates results even for a one-minute window; some rows are missing.",
                                "The rows that it returned are kept; report it to the provider.")
                        }
                        outcome.note =
                            "\(table.name): the API truncates results even for a one-minute window; some rows before "
                            + "\(window.to.iso8601Seconds) are missing."
                        continue
                    }
                    windows.insert(contentsOf: halves, at: 0)
                    continue
                }
                done += 1
                progress(
                    SyncProgress(
                        table: table.name, windowsDone: done, windowsPlanned: done + windows.count, rows: outcome.rows,
                        calls: outcome.calls))
            } catch let error as SourceError where error.kind == .notFound && dialect.turn() {
                continue
            } catch let error as SourceError where error.kind == .tooMuch {
                guard let halves = plan.halves(of: window) else { throw error }
                windows.replaceSubrange(0..<1, with: halves)
            }
        }
    }
}

/// Selects one of two APIs of a table: the newer one until it returns 404, then the older one for one day.
struct APIChoice: Hashable, Sendable {
    struct Change: Hashable, Sendable { var since: Instant? }

    private(set) var usesFallback: Bool
    private let hasFallback: Bool
    private var hasTurned = false
    private var remembered: Instant?

    init(hasFallback: Bool, state: MirrorState, now: Instant) {
        self.hasFallback = hasFallback
        remembered = state.fallbackSince
        usesFallback = hasFallback && state.usesFallback(now: now)
    }

    /// The API in use answered 404: true when the other one is to be tried. Both are tried once.
    mutating func turn() -> Bool {
        guard hasFallback, !hasTurned else { return false }
        hasTurned = true
        usesFallback.toggle()
        return true
    }

    /// The API in use answered; the change that is to be remembered, if any.
    mutating func answered(at now: Instant) -> Change? {
        if usesFallback, remembered == nil || hasTurned {
            defer { (remembered, hasTurned) = (now, false) }
            return remembered == now ? nil : Change(since: now)
        }
        guard !usesFallback, remembered != nil else { return nil }
        remembered = nil
        return Change(since: nil)
    }
}
