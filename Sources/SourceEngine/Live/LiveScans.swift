import Basics
import SourceFetch
import SourceSpec

/// Asks the providers for a statement that waits, within what the statement may use.
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
        let requests = requests.map { $0.waiting(scope.permission.limits.maxWait) }
        do {
            if let sentence = scope.permission.unconfigured[name.schema] {
                throw SourceError(
                    kind: .notConfigured, source: first.scan.source.name, reason: sentence, remedy: "")
            }
            guard scope.permission.mayCall else {
                throw QueryError(
                    .unsupported, "\(name) is not stored: it is read from its provider each time.",
                    remedy: "Run the statement without asking for stored rows alone.")
            }
            guard !scope.permission.isExplain else { return try rehearse(requests, scope) }
            try scope.takeScans(requests.count, for: name)
            return try fetch(requests, scope)
        } catch let error as SourceError where scope.permission.mayBePartial && Self.isOutage(error) {
            scope.note(error)
            return []
        } catch {
            scope.failure = error
            if let error = error as? SourceError { scope.noteCalls(error.calls, of: error.source) }
            throw error
        }
    }

    /// A mistake in the statement is never covered up as an outage of the source.
    private static func isOutage(_ error: SourceError) -> Bool {
        error.kind != .missingFilter && error.kind != .unsupported
    }

    /// Writes the requests down; those whose pages are kept are answered from them.
    private func rehearse(_ requests: [LiveRequest], _ scope: StatementScope) throws -> [(LiveRequest, LiveAnswer)] {
        let pages = pages
        let kept = try BlockingBridge.wait(until: scope.permission.deadline, isCancelled: { false }) {
            await pages.kept(requests)
        }
        return try zip(requests, kept).compactMap { request, answer in
            try scope.plan(request, isKept: answer != nil, text: try pages.describe(request))
            return answer.map { (request, $0) }
        }
    }

    private func fetch(_ requests: [LiveRequest], _ scope: StatementScope) throws -> [(LiveRequest, LiveAnswer)] {
        var answers: [(LiveRequest, LiveAnswer)] = []
        for start in stride(from: 0, to: requests.count, by: Self.width) {
            let batch = Array(requests[start..<min(start + Self.width, requests.count)])
            let pages = pages
            let found = try BlockingBridge.wait(
                until: scope.permission.deadline, isCancelled: { scope.permission.isCancelled.withLock { $0 } }
            ) {
                try await withThrowingTaskGroup(of: (Int, LiveAnswer, Bool).self) { group in
                    for (place, request) in batch.enumerated() {
                        group.addTask {
                            let (answer, isFresh) = try await pages.answer(request)
                            return (place, answer, isFresh)
                        }
                    }
                    return try await group.reduce(into: [(Int, LiveAnswer, Bool)]()) { $0.append($1) }
                }
            }
            for (place, answer, isFresh) in found.sorted(by: { $0.0 < $1.0 }) {
                scope.note(answer, isFresh: isFresh, of: batch[place].scan.source.name.lowercased())
                answers.append((batch[place], answer))
            }
        }
        return answers
    }
}
