import Basics
import FoundationEssentials
import SourceFetch
import SourceSpec

/// One SQL surface over all sources: mirrored tables are brought up to the freshness asked for, the rest are asked live.
///
/// Statements run on threads of their own, mirrors are written on others: neither waits for the other, and no source
/// waits for another.
package actor SourceEngine {
    let configuration: SourceEngineConfiguration
    let catalog: Catalog
    /// By schema.
    let files: [String: MirrorFile]
    private var runners: [(runner: StatementRunner, load: Int)]
    var statuses: [QualifiedName: TableStatus] = [:]
    /// HTTP calls by schema since they were last reset.
    var calls: [String: Int] = [:]
    /// Failures of live tables by schema, until the source answers again.
    var liveFailures: [String: SourceError] = [:]
    private var nextWaiter = 0

    package init(_ configuration: SourceEngineConfiguration) {
        self.configuration = configuration
        let catalog = Catalog(specs: configuration.specs, inputs: configuration.inputs)
        var files: [String: MirrorFile] = [:]
        for spec in configuration.specs {
            let schema = spec.name.lowercased()
            files[schema] = MirrorFile(
                source: schema, directory: configuration.mirrorDirectory, tables: catalog.mirrors[schema] ?? [],
                liveTables: catalog.liveTables[schema] ?? [])
        }
        let pages = LivePages(
            pages: configuration.pages, clock: configuration.clock, lifetime: configuration.pageLifetime)
        let fetch = BodyFetch(pages: configuration.pages, files: files, clock: configuration.clock)
        let clock = configuration.clock
        // One statement may wait for a provider while another reads what is stored.
        runners = (0..<2).map { _ in (StatementRunner(catalog: catalog, pages: pages, fetch: fetch, clock: clock), 0) }
        (self.catalog, self.files) = (catalog, files)
    }

    /// Runs `body` with the runner that has least to do.
    func withRunner<Result: Sendable>(
        _ body: @Sendable (StatementRunner) async throws -> Result
    ) async throws -> Result {
        let place = runners[0].load <= runners[1].load ? 0 : 1
        runners[place].load += 1
        defer { runners[place].load -= 1 }
        return try await body(runners[place].runner)
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

/// What the engine knows of one mirrored table: what is stored, how the last sync ended, and who waits for the next.
struct TableStatus: Sendable {
    var state = MirrorState()
    var last: SyncOutcome?
    /// When the last sync ended.
    var endedAt: Instant?
    var isRunning = false
    var waiters: [Int: Waiter] = [:]

    struct Waiter: Sendable {
        let continuation: CheckedContinuation<Bool, Never>
        let timer: Task<Void, Never>
    }

    /// After a failure the source is left alone this long, whatever is asked.
    static let rest = Span.seconds(15)
}
