package import Basics
import SourceSpec

/// Reads tables through the real Coral: each scan is one statement, and each statement one run of the program.
///
/// Coral reads all pages of a table itself and keeps the provider's rate limits by itself, so only how many runs of a
/// source are under way is bounded here, and a source that keeps failing is left alone for a while.
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
        _ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let statement = try CoralStatement(scan)
        var reading = CoralReading(scan, statement)
        while true {
            let limit = reading.limit
            let answer: CoralTableAnswer
            do {
                answer = try await ask(statement, limit: limit, of: scan)
            } catch var error as SourceError {
                error.calls += reading.outcome.calls
                throw error
            }
            let (page, next) = try reading.take(answer)
            let progress = try await onPage(page)
            guard next == .askForMore, progress == .more else { return reading.outcome }
        }
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        let statement = try CoralStatement(scan)
        return PlannedRequest(
            text: secrets(of: scan.source).mask(statement.text(limit: CoralReading(scan, statement).limit)))
    }

    // MARK: One run

    /// - Throws: ``SourceError``, or `CancellationError`.
    private func ask(_ statement: CoralStatement, limit: Int?, of scan: Scan) async throws -> CoralTableAnswer {
        let request = CoralRequest(
            source: scan.source.name, statement: statement.text(limit: limit), secrets: secrets(of: scan.source))
        let budget = budget(of: scan.source)
        do {
            try await budget.begin(maxWait: RetryMachine.Policy().maxWait)
        } catch let refusal as RateBudget.Refusal {
            throw request.error(for: refusal, now: clock.now())
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
        return try await Self.read(bytes, statement, scan.table, request)
    }

    /// Off the caller's actor: reading a large answer takes milliseconds of computing.
    @concurrent
    private static func read(
        _ bytes: [UInt8], _ statement: CoralStatement, _ table: TableSpec, _ request: CoralRequest
    ) async throws -> CoralTableAnswer {
        do throws(CoralAnswer.Fault) {
            let (rows, warnings) = try CoralAnswer.rows(bytes, of: statement.selected.map(\.column))
            return CoralTableAnswer(rows: rows.map { statement.row($0, of: table) }, warnings: warnings)
        } catch {
            throw request.error(for: error)
        }
    }

    private func secrets(of source: SourceSpec) -> Secrets {
        program.secrets.adding(source.inputs.filter { $0.kind == .secret }.compactMap { inputs($0.key) })
    }

    /// Any number of requests, but only so many at once.
    private func budget(of source: SourceSpec) -> RateBudget {
        budgets.withLock { budgets in
            if let known = budgets[source.name] { return known }
            let spec = RateBudgetSpec(
                requests: .max, per: .milliseconds(0), concurrency: source.overlay.budget.concurrency)
            let budget = RateBudget(spec, clock: clock, sleep: sleep)
            budgets[source.name] = budget
            return budget
        }
    }
}
