import Basics
import SourceFetch
import SourceSpec

/// Reads from the providers for a statement that waits, within its limits.
final class LiveScans: LiveAsking {
    /// The number of concurrent requests for one condition.
    private static let width = 8

    private let gate: StatementGate
    private let pages: LivePages
    private let clock: WallClock

    init(gate: StatementGate, pages: LivePages, clock: WallClock) {
        (self.gate, self.pages, self.clock) = (gate, pages, clock)
    }

    var now: Instant { clock.now() }

    var scansLeft: Int { gate.scope?.scansLeft ?? 0 }

    func ask(_ requests: [LiveRequest]) throws -> [(LiveRequest, LiveAnswer)] {
        guard let scope = gate.scope, let first = requests.first else { return [] }
        let name = QualifiedName(first.scan.source.name, first.scan.table.name)
        let requests = requests.map { request in
            var request = request
            let limits = scope.limits.query
            (request.scan.maxWait, request.scan.priority) = (limits.maxWait, limits.priority)
            return request
        }
        do {
            if let sentence = scope.limits.unconfigured[name.schema] {
                throw SourceError(
                    kind: .notConfigured, source: first.scan.source.name, reason: sentence, remedy: "")
            }
            switch scope.limits.calls {
            case .none:
                throw QueryError(
                    .unsupported, "\(name) is not stored: it is read from its provider each time.",
                    remedy: "Run the statement without --offline.")
            case .listed: return try list(requests, scope)
            case .allowed:
                try scope.takeScans(requests.count, for: name)
                return try fetch(requests, scope)
            }
        } catch let error as SourceError where scope.limits.mayBePartial && Self.isOutage(error) {
            scope.note(error)
            return []
        } catch {
            throw scope.fail(with: error)
        }
    }

    /// A mistake in the statement is never reported as an outage of the source.
    private static func isOutage(_ error: SourceError) -> Bool {
        error.kind != .missingFilter && error.kind != .unsupported
    }

    /// Lists the requests; cached pages are used.
    private func list(_ requests: [LiveRequest], _ scope: StatementScope) throws -> [(LiveRequest, LiveAnswer)] {
        let kept = try scope.wait { [pages] in await pages.kept(requests) }
        return try zip(requests, kept).compactMap { request, answer in
            try scope.plan(request, isKept: answer != nil, text: try pages.describe(request))
            return answer.map { (request, $0) }
        }
    }

    private func fetch(_ requests: [LiveRequest], _ scope: StatementScope) throws -> [(LiveRequest, LiveAnswer)] {
        var answers: [(LiveRequest, LiveAnswer)] = []
        for start in stride(from: 0, to: requests.count, by: Self.width) {
            let batch = Array(requests[start..<min(start + Self.width, requests.count)])
            let found = try scope.wait { [pages] in
                try await withThrowingTaskGroup(of: (Int, (LiveAnswer, isFresh: Bool)).self) { group in
                    for (place, request) in batch.enumerated() {
                        group.addTask { (place, try await pages.answer(request)) }
                    }
                    return try await group.reduce(into: [Int: (LiveAnswer, isFresh: Bool)]()) { $0[$1.0] = $1.1 }
                }
            }
            for (place, request) in batch.enumerated() {
                guard let (answer, isFresh) = found[place] else { continue }
                scope.note(answer, isFresh: isFresh, of: request.scan.source.name.lowercased())
                answers.append((request, answer))
            }
        }
        return answers
    }
}
