import Basics
import FoundationEssentials
import SourceFetch
import SourceSpec

/// One SQL layer over all sources: mirrored tables are updated to the requested freshness, all others are read live.
///
/// Statements and the writing of mirrors run on separate threads. Neither waits for the other, and no source waits for another.
package actor SourceEngine {
    let configuration: SourceEngineConfiguration
    private(set) var parts: EngineParts
    /// Counts the changes of the engine: work that was started before a change does not report any more.
    private(set) var epoch = 0
    var statuses: [QualifiedName: TableStatus] = [:]
    /// HTTP calls by schema since the last reset.
    var calls: [String: Int] = [:]
    /// Failures of live tables by schema, until the source answers again.
    var liveFailures: [String: SourceError] = [:]
    /// When ClickHouse last ran a statement.
    var pushedAt: Instant?
    /// Hears of every page that a statement's mirrors read.
    var onProgress: @Sendable (SyncProgress) -> Void = { _ in }
    private var nextWaiter = 0

    var catalog: Catalog { parts.catalog }
    var files: [String: MirrorFile] { parts.files }
    package var kind: EngineKind { parts.kind }

    package init(_ configuration: SourceEngineConfiguration) {
        self.configuration = configuration
        parts = EngineParts(
            configuration, kind: configuration.kind, usesHourlySums: configuration.usesHourlySums)
    }

    /// Switches to another engine. Statements that wait for a mirror continue with the stored rows.
    package func use(_ kind: EngineKind, hourlySums: Bool) {
        let wasUsing = parts.hourlySums != nil
        guard kind != parts.kind || hourlySums != wasUsing && configuration.hourlySums != nil && kind != .clickhouse
        else {
            return
        }
        let waiters = statuses.values.flatMap(\.waiters.values)
        parts = EngineParts(configuration, kind: kind, usesHourlySums: hourlySums)
        epoch += 1
        statuses = [:]
        liveFailures = [:]
        for waiter in waiters {
            waiter.timer.cancel()
            waiter.continuation.resume(returning: false)
        }
    }

    /// Runs `body` with the runner that has least to do.
    func withRunner<Result: Sendable>(
        _ body: @Sendable (StatementRunner) async throws -> Result
    ) async throws -> Result {
        let lane = parts.lanes.min { $0.load < $1.load } ?? parts.lanes[0]
        lane.load += 1
        defer { lane.load -= 1 }
        return try await body(lane.runner)
    }

    /// From now on `report` is called for every page that is read for a statement.
    package func reportProgress(to report: @escaping @Sendable (SyncProgress) -> Void) {
        onProgress = report
    }

    package func resetCallCounts() {
        calls.removeAll()
    }

    func noteCalls(_ made: [String: Int]) {
        calls.merge(made) { $0 + $1 }
    }

    func takeWaiterID() -> Int {
        nextWaiter += 1
        return nextWaiter
    }
}

/// The state of one mirrored table: the stored rows, the result of the last sync, and the callers that wait for the next.
struct TableStatus: Sendable {
    var state = MirrorState()
    var last: SyncOutcome?
    /// When the last sync ended.
    var endedAt: Instant?
    var isRunning = false
    /// What the running sync waits out.
    var retryPause: RetryPause?
    var waiters: [Int: Waiter] = [:]

    struct Waiter: Sendable {
        /// Nil for one who waits to the end.
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Bool, Never>
        let timer: Task<Void, Never>
    }

    /// After a failure the source is not read for this time; longer if it rejected the key, because a retry does not help.
    var rest: Span { last?.failure?.kind == .notAuthorised ? .minutes(5) : .seconds(15) }
}
