package import Basics
import SourceSpec

/// Reads tables through the real Coral: each scan is one statement, and each statement one run of the program.
///
/// Coral reads all pages of a table and keeps the provider's rate limits itself. Here, only the number of concurrent runs of a
/// source is limited, and the circuit breaker pauses a source that keeps failing.
package final class CoralPages: PageSource {
    package let program: CoralProgram
    private let inputs: @Sendable (String) -> String?
    private let clock: WallClock
    private let sleep: @Sendable (Span) async throws -> Void
    private let budgets = Lock<[String: RateBudget]>([:])

    /// `inputs` returns the value of an environment variable: the sources' secrets, which no message may contain.
    package init(
        program: CoralProgram, inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system,
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) {
        self.program = program
        self.inputs = inputs
        self.clock = clock
        self.sleep = sleep
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let statement = try CoralStatement(scan)
        var reading = CoralReading(scan, statement)
        while true {
            let answer: CoralTableAnswer
            do {
                answer = try await run(statement, limit: reading.limit, of: scan)
            } catch var error as SourceError {
                error.calls += reading.outcome.calls
                throw error
            }
            let (page, hasMore) = try reading.take(answer)
            let progress = try await onPage(page)
            guard hasMore, progress == .more else { return reading.outcome }
        }
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        let statement = try CoralStatement(scan)
        return PlannedRequest(
            text: secrets(of: scan.source).mask(statement.text(limit: CoralReading(scan, statement).limit)))
    }

    // MARK: One run

    /// - Throws: ``SourceError``, or `CancellationError`.
    private func run(_ statement: CoralStatement, limit: Int?, of scan: Scan) async throws -> CoralTableAnswer {
        let request = CoralRequest(
            source: scan.source.name, statement: statement.text(limit: limit), secrets: secrets(of: scan.source))
        // Any number of runs, but only so many at once.
        let budget = budgets.budget(of: scan.source.name) {
            let spec = RateBudgetSpec(
                requests: .max, per: .milliseconds(0), concurrency: scan.source.overlay.budget.concurrency)
            return RateBudget(spec, clock: clock, sleep: sleep)
        }
        do {
            try await budget.begin(maxWait: RetryMachine.Policy().maxWait)
        } catch let refusal as RateBudget.Refusal {
            let (kind, reason, remedy) = refusal.explanation(at: clock.now())
            throw request.error(kind, reason, remedy, calls: 0)
        }
        let bytes: [UInt8]
        do {
            bytes = try await budget.ending { try await program.answer(to: request) }
        } catch let error as SourceError {
            // Any response, even a rejection, shows that the provider is reachable. A stopped run shows nothing.
            if case .rateLimited(let wait?) = error.kind { await budget.block(for: wait) }
            if [.unavailable, .timedOut].contains(error.kind) { await budget.fail() } else { await budget.succeed() }
            throw error
        }
        await budget.succeed()
        return try await request.read { () throws(CoralAnswer.Fault) in
            let (rows, warnings) = try CoralAnswer.rows(bytes, of: statement.selected.map(\.column))
            return CoralTableAnswer(rows: rows.map { statement.row($0, of: scan.table) }, warnings: warnings)
        }
    }

    private func secrets(of source: SourceSpec) -> Secrets {
        program.secrets.adding(source.inputs.filter { $0.kind == .secret }.compactMap { inputs($0.key) })
    }
}
