import Basics
import SourceFetch

/// What one running statement may still use, and what it met. Used on the connection's thread alone.
final class StatementScope {
    struct Permission: Sendable {
        var limits: QueryLimits
        var deadline: ContinuousClock.Instant
        /// False where the statement must do with what is stored.
        var mayCall: Bool
        /// Requests are written down instead of made, and answered with no rows.
        var isExplain: Bool
        /// The statement reads more than one source, so that one of them may be missing.
        var mayBePartial: Bool
        /// Sources with a missing input, and the sentence about it.
        var unconfigured: [String: String]
        /// Tables whose provider has the older API.
        var usingFallback: Set<QualifiedName>
        let isCancelled: Lock<Bool>
    }

    let permission: Permission
    private(set) var scans = 0
    private(set) var bodyFetches = 0
    private(set) var calls: [String: Int] = [:]
    private(set) var failures: [String: SourceError] = [:]
    private(set) var isTruncated = false
    /// When the oldest live answer was given.
    private(set) var oldestAnswer: Instant?
    /// The error that ends the statement, kept here because SQLite passes on only its text.
    var failure: (any Error)?
    /// By group, then by key: the bodies fetched for this statement.
    var bodies: [BodyGroup: [[Value]: [Value]]] = [:]

    /// Of a rehearsal: the requests that would be made.
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

    init(_ permission: Permission) {
        self.permission = permission
    }

    var isStopped: Bool { ContinuousClock.now >= permission.deadline || permission.isCancelled.withLock { $0 } }
    var scansLeft: Int { permission.limits.liveScans - scans }

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

    func planBodies(of table: QualifiedName) { plannedBodies[table, default: 0] += 1 }

    func takeScans(_ count: Int, for name: QualifiedName) throws {
        guard count <= scansLeft else {
            throw QueryError(
                .tooLarge, "\(name) would be called more than \(permission.limits.liveScans) times for this statement.",
                remedy: "Narrow the statement: filter the other side of the join first.")
        }
        scans += count
    }

    func takeBodyFetch(for name: QualifiedName) throws {
        guard bodyFetches < permission.limits.bodyFetches else {
            throw QueryError(
                .tooLarge,
                "The statement reads inputs or outputs of more than \(permission.limits.bodyFetches) traces of \(name).",
                remedy: "Add a LIMIT or a narrower WHERE, or do not read input and output.")
        }
        bodyFetches += 1
    }
}
