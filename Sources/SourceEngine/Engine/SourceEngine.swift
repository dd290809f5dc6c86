package import Basics
import FoundationEssentials
import SourceFetch
import SourceSpec

/// One SQL layer over all sources: mirrored tables are updated to the requested freshness, all others are read live.
///
/// Statements and the writing of mirrors run on separate threads. Neither waits for the other, and no source waits for another.
package actor SourceEngine {
    let configuration: SourceEngineConfiguration
    private(set) var parts: EngineParts
    /// Counts the changes of the engine: results of work that was started before a change are dropped.
    private(set) var epoch = 0
    var statuses: [QualifiedName: TableStatus] = [:]
    /// HTTP calls by schema since the last reset, of pages that are not counted where they are sent.
    var calls: [String: Int] = [:]
    /// What had been sent by the last reset.
    private var sentBefore: [String: Int] = [:]
    /// Failures of live tables by schema, until the source succeeds again.
    var liveFailures: [String: SourceError] = [:]
    /// Sources without mirrors that have answered.
    var answered: Set<String> = []
    /// When ClickHouse last ran a statement.
    var pushedAt: Instant?
    /// Called for every page that is read for a statement.
    var onProgress: @Sendable (SyncProgress) -> Void = { _ in }
    /// The tables whose bodies are being read for a statement.
    var bodyReads: [QualifiedName: Task<Void, Never>] = [:]
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
        let canChange = configuration.hourlySums != nil && kind != .clickhouse
        guard kind != parts.kind || canChange && hourlySums != (parts.hourlySums != nil) else { return }
        let waiters = statuses.values.flatMap(\.waiters.values)
        parts = EngineParts(configuration, kind: kind, usesHourlySums: hourlySums)
        epoch += 1
        statuses = [:]
        liveFailures = [:]
        for waiter in waiters { waiter.end(isMet: false) }
    }

    /// Runs `body` with the runner that has the fewest statements.
    func withRunner<Result: Sendable>(
        _ body: @Sendable (StatementRunner) async throws -> Result
    ) async throws -> Result {
        let lane = parts.lanes.min { $0.load < $1.load } ?? parts.lanes[0]
        lane.load += 1
        defer { lane.load -= 1 }
        return try await body(lane.runner)
    }

    package func reportProgress(to report: @escaping @Sendable (SyncProgress) -> Void) {
        onProgress = report
    }

    package func resetCallCounts() {
        calls.removeAll()
        sentBefore = parts.pages.requestCounts()
    }

    /// The HTTP calls to a source since the last reset, as its provider saw them.
    func callCount(of schema: String) -> Int {
        let sent = parts.pages.requestCounts().filter { $0.key.lowercased() == schema }
        return sent.isEmpty ? calls[schema] ?? 0 : sent.reduce(0) { $0 + $1.value - sentBefore[$1.key, default: 0] }
    }

    /// Asks a source at most this often; 0 finds out how often its provider allows.
    package func limitCalls(of source: String, perMinute: Int) {
        parts.pages.limitCalls(of: source, to: perMinute > 0 ? RateLimit(requests: perMinute, per: .minutes(1)) : nil)
    }

    func noteCalls(_ made: [String: Int]) {
        calls.merge(made) { $0 + $1 }
    }

    /// The time in which so many calls are one of `parts` equal parts of a source's rate limit; nil if none is known.
    package func time(for calls: Int, of source: String, aPartOf parts: Int) async -> Span? {
        guard let limit = await self.parts.pages.limit(of: source) else { return nil }
        return .milliseconds(limit.per.milliseconds * Int64(parts * max(1, calls)) / Int64(max(1, limit.requests)))
    }

    func takeWaiterID() -> Int {
        nextWaiter += 1
        return nextWaiter
    }
}
