import Basics
import SourceFetch

/// The rows of one live scan.
struct LiveAnswer: Sendable {
    var rows: [[Value]]
    var calls: Int
    var isTruncated: Bool
    var at: Instant
}

/// Responses of live tables, cached for a short time. Equal requests at the same time are made once.
actor LivePages {
    /// The maximum rows of one request.
    static let rowLimit = 200_000
    private static let keptRows = 500_000
    private static let lifetime = Span.seconds(60)

    private let pages: any PageSource
    private let clock: WallClock
    private var answers: [LiveRequest.Key: LiveAnswer] = [:]
    private var flights: [LiveRequest.Key: Task<LiveAnswer, any Error>] = [:]
    /// When a table's provider was found to have only the older API of its overlay.
    private var older: [QualifiedName: Instant] = [:]
    /// The newer one is tried again after this time.
    private static let olderFor = Span.hours(1)

    init(pages: any PageSource, clock: WallClock) {
        (self.pages, self.clock) = (pages, clock)
    }

    /// The response, and whether this request made its calls.
    func answer(_ request: LiveRequest) async throws -> (LiveAnswer, isFresh: Bool) {
        let now = clock.now()
        if let known = kept(request, now) { return (known, false) }
        if let flight = flights[request.key] { return (try await flight.value, false) }
        let (pages, clock) = (pages, clock)
        let first = isOlder(request.key.table, now) ? request.older ?? request : request
        let flight = Task { () async throws -> LiveAnswer in
            do {
                return try await Self.read(first, from: pages, clock: clock)
            } catch let error as SourceError where error.suggestsOtherAPI && first.scan.fallback == nil {
                guard let older = request.older else { throw error }
                var answer: LiveAnswer
                do {
                    answer = try await Self.read(older, from: pages, clock: clock)
                } catch let second as SourceError {
                    throw error.joined(by: second)
                }
                answer.calls += error.calls
                self.noteOlder(request.key.table, at: clock.now())
                return answer
            }
        }
        flights[request.key] = flight
        defer { flights[request.key] = nil }
        let answer = try await flight.value
        keep(answer, request.key)
        return (answer, true)
    }

    private func isOlder(_ table: QualifiedName, _ now: Instant) -> Bool {
        older[table].map { now - $0 < Self.olderFor } ?? false
    }

    private func noteOlder(_ table: QualifiedName, at now: Instant) { older[table] = now }

    /// The cached responses, in the order of the requests.
    func kept(_ requests: [LiveRequest]) -> [LiveAnswer?] {
        let now = clock.now()
        return requests.map { kept($0, now) }
    }

    nonisolated func describe(_ request: LiveRequest) throws(SourceError) -> String {
        try pages.request(of: request.scan).text
    }

    private func kept(_ request: LiveRequest, _ now: Instant) -> LiveAnswer? {
        var whole = request.key
        whole.limit = nil
        return [request.key, whole].lazy.compactMap { self.answers[$0] }.first { now - $0.at < Self.lifetime }
    }

    private func keep(_ answer: LiveAnswer, _ key: LiveRequest.Key) {
        answers = answers.filter { answer.at - $0.value.at < Self.lifetime }
        if answers.values.reduce(answer.rows.count, { $0 + $1.rows.count }) > Self.keptRows { answers.removeAll() }
        answers[key] = answer
    }

    private static func read(
        _ request: LiveRequest, from pages: any PageSource, clock: WallClock
    ) async throws -> LiveAnswer {
        let gathered = Lock<[[Value]]>([])
        let outcome = try await pages.scan(request.scan) { page in
            let rows = page.rows.map { $0.map(TimeText.normalized) }
            let count = gathered.withLock { known in
                known += rows
                return known.count
            }
            if count >= min(request.scan.rowLimit ?? .max, rowLimit) { return .stop }
            guard let oldest = request.oldest, let place = request.timePosition,
                let last = rows.last.flatMap({ TimeText.instant($0[place]) })
            else { return .more }
            return last < oldest ? .stop : .more
        }
        let rows = gathered.withLock { $0 }
        // Rows are missing only if there are fewer than the statement's own limit.
        let isReached = request.scan.rowLimit.map { rows.count >= $0 } ?? false
        let isCut = !isReached && (outcome.isTruncated || rows.count >= rowLimit)
        return LiveAnswer(rows: rows, calls: outcome.calls, isTruncated: isCut, at: clock.now())
    }
}
