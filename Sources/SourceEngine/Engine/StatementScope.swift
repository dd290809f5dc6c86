import Basics
import SourceFetch

/// What one statement may use.
struct StatementLimits: Sendable {
    enum Calls: Sendable {
        case allowed
        /// `EXPLAIN`: requests are listed instead of sent, and return no rows.
        case listed
        /// Only what is stored is read.
        case none
    }

    var query: QueryLimits
    var deadline: ContinuousClock.Instant
    var calls: Calls
    /// The statement reads more than one source, so that one of them may be missing.
    var mayBePartial = false
    /// Sources with a missing input, and the sentence about it.
    var unconfigured: [String: String] = [:]
    /// Tables whose provider has the older API.
    var usingFallback: Set<QualifiedName> = []
    let cancellation: Lock<Bool>

    var isCancelled: Bool { cancellation.withLock { $0 } }

    /// Bodies that are not stored are noted, and read together after the statement.
    var readsInBulk: Bool {
        guard query.bodyCalls != nil else { return false }
        if case .listed = calls { return false }
        return true
    }
}

/// What one running statement has used, and its failures. Used only on the connection's thread.
final class StatementScope {
    let limits: StatementLimits
    private(set) var scans = 0
    private(set) var bodyFetches = 0
    private(set) var calls: [String: Int] = [:]
    private(set) var failures: [String: SourceError] = [:]
    private(set) var isTruncated = false
    /// The time of the oldest live response.
    private(set) var oldestAnswer: Instant?
    /// The error that ends the statement, kept here because SQLite passes on only its text.
    private(set) var failure: (any Error)?
    /// By group, then by key: the bodies fetched for this statement.
    var bodies: [BodyGroup: [[Value]: [Value]]] = [:]

    /// Where bodies are read in bulk: the keys of the rows whose bodies are not stored.
    private(set) var wanted: [QualifiedName: Set<[Value]>] = [:]

    /// For `EXPLAIN`: the requests that would be sent.
    private(set) var planned: [QualifiedName: PlannedScans] = [:]
    private(set) var plannedBodies: [QualifiedName: Int] = [:]
    private var plannedKeys: Set<LiveRequest.Key> = []

    struct PlannedScans: Sendable {
        var first = ""
        var count = 0
        /// Requests whose pages are kept, so that no call is made.
        var kept = 0
    }

    struct BodyGroup: Hashable {
        var table: QualifiedName
        var group: Value
    }

    init(_ limits: StatementLimits) {
        self.limits = limits
    }

    var isStopped: Bool { ContinuousClock.now >= limits.deadline || limits.isCancelled }
    var scansLeft: Int { limits.query.liveScans - scans }

    /// Waits for an operation, until the deadline or the cancellation of the statement.
    func wait<Result: Sendable>(for operation: @escaping @Sendable () async throws -> Result) throws -> Result {
        try BlockingBridge.wait(until: limits.deadline, isCancelled: { limits.isCancelled }, operation)
    }

    /// Records the error that ends the statement, and returns it.
    func fail(with error: any Error) -> any Error {
        failure = error
        if let error = error as? SourceError { noteCalls(error.calls, of: error.source) }
        return error
    }

    func note(_ answer: LiveAnswer, isFresh: Bool, of source: String) {
        if isFresh { calls[source, default: 0] += answer.calls }
        isTruncated = isTruncated || answer.isTruncated
        oldestAnswer = min(oldestAnswer ?? answer.at, answer.at)
    }

    func note(_ failure: SourceError) {
        noteCalls(failure.calls, of: failure.source)
        failures[failure.source.lowercased()] = failure
    }

    func noteCalls(_ count: Int, of source: String) { calls[source.lowercased(), default: 0] += count }

    /// Counts a request that would be made, once.
    func plan(_ request: LiveRequest, isKept: Bool, text: @autoclosure () throws -> String) rethrows {
        guard plannedKeys.insert(request.key).inserted else { return }
        var scans = planned[request.key.table] ?? PlannedScans()
        if isKept { scans.kept += 1 } else { scans.count += 1 }
        if scans.first.isEmpty { scans.first = try text() }
        planned[request.key.table] = scans
    }

    func want(_ key: [Value], of table: QualifiedName) { wanted[table, default: []].insert(key) }

    func planBodies(of table: QualifiedName) { plannedBodies[table, default: 0] += 1 }

    func takeScans(_ count: Int, for name: QualifiedName) throws {
        guard count <= scansLeft else {
            throw QueryError(
                .tooLarge, "\(name) would be called more than \(limits.query.liveScans) times for this statement.",
                remedy: "Narrow the statement: filter the other side of the join first.")
        }
        scans += count
    }

    func takeBodyFetch(for name: QualifiedName) throws {
        guard bodyFetches < limits.query.bodyFetches else {
            throw QueryError(
                .tooLarge,
                "The statement reads inputs or outputs of more than \(limits.query.bodyFetches) traces of \(name).",
                remedy: "Add a LIMIT or a narrower WHERE, or do not read input and output.")
        }
        bodyFetches += 1
    }
}
