package import Basics
package import HTTPClient
import SourceSpec

/// One statement for ClickHouse. Values are never in its text: `{p1:String}` refers to one of `parameters`.
package struct ClickHouseStatement: Hashable, Sendable {
    package var sql: String
    package var parameters: [String: String]

    package init(_ sql: String, parameters: [String: String] = [:]) {
        (self.sql, self.parameters) = (sql, parameters)
    }
}

/// Langfuse's own ClickHouse over its HTTP interface: reads only, and bounded in time and rows.
package actor ClickHouseStore {
    /// The source of its rows.
    package static let source = "langfuse"

    private let client: HTTPClient
    private let inputs: @Sendable (String) -> String?
    private let clock: WallClock
    private let budget: RateBudget
    private let retries: RetryMachine.Policy
    private let sleep: @Sendable (Span) async throws -> Void
    private let redaction: Redaction
    private var layout: (relations: ClickHouseRelations, project: String, foundAt: Instant)?

    package init(
        client: HTTPClient, inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system,
        redaction: Redaction = Redaction(), retries: RetryMachine.Policy = RetryMachine.Policy(),
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) {
        self.client = client
        self.inputs = inputs
        self.clock = clock
        self.redaction = redaction
        self.retries = retries
        self.sleep = sleep
        budget = RateBudget(RateBudgetSpec(requests: 600, per: .minutes(1), concurrency: 4), clock: clock, sleep: sleep)
    }

    /// The sentence for a store that is not configured, else nil.
    package nonisolated var missing: String? {
        guard (inputs("CLICKHOUSE_URL") ?? "").isEmpty else { return nil }
        return "The engine clickhouse is not configured: set CLICKHOUSE_URL in the environment or .env."
    }

    /// The tables that the store has, and the project whose rows are read. Looked up once an hour.
    package func relations() async throws -> (ClickHouseRelations, project: String, calls: Int) {
        if let layout, clock.now() - layout.foundAt < .hours(1) { return (layout.relations, layout.project, 0) }
        let names = try await run(ClickHouseStatement(ClickHouseRelations.probe)).rows.map { $0[0].text ?? "" }
        let relations: ClickHouseRelations
        var calls = 2
        if names.contains("events_core"), names.contains("events_full") {
            var hasEvents = true
            if names.contains("observations") {
                calls += 1
                hasEvents = try await !run(ClickHouseStatement("SELECT 1 FROM events_core LIMIT 1")).isEmpty
            }
            relations = ClickHouseRelations(layout: hasEvents ? .events : .tables)
        } else if names.contains("observations") {
            relations = ClickHouseRelations(layout: .tables)
        } else {
            throw failure(
                .notFound, "its database \(inputs("CLICKHOUSE_DB") ?? "default") has no Langfuse tables.",
                "Set CLICKHOUSE_DB to the database of Langfuse.")
        }
        let project = try await project(in: relations)
        layout = (relations, project, clock.now())
        return (relations, project, calls)
    }

    private func project(in relations: ClickHouseRelations) async throws -> String {
        if let given = inputs("LANGFUSE_PROJECT_ID"), !given.isEmpty { return given }
        let table = relations.layout == .tables ? "observations" : "events_core"
        let found = try await run(ClickHouseStatement("SELECT DISTINCT project_id FROM \(table) LIMIT 20"))
        let projects = found.rows.compactMap { $0[0].text }.sorted()
        guard projects.count > 1 else { return projects.first ?? "" }
        throw failure(
            .notConfigured, "the store has \(projects.count) projects.",
            "Set LANGFUSE_PROJECT_ID to one of \(projects.joined(separator: ", ")).")
    }

    /// Runs a statement, with retries for temporary failures.
    ///
    /// - Parameter rowLimit: the approximate maximum of returned rows; the caller truncates.
    /// - Throws: ``SourceError``, or `CancellationError`.
    package func run(_ statement: ClickHouseStatement, rowLimit: Int? = nil, time: Span = .seconds(60)) async throws
        -> RowSet
    {
        if let missing { throw SourceError(kind: .notConfigured, source: Self.source, reason: missing, remedy: "") }
        var machine = RetryMachine(policy: retries)
        while true {
            do {
                let rows = try await attempt(statement, rowLimit, time)
                await budget.succeed()
                return rows
            } catch let error as SourceError {
                let isTemporary = error.kind == .unavailable
                if isTemporary { await budget.fail() } else { await budget.succeed() }
                let retry: RetryMachine.Retry = isTemporary ? .temporary(retryAfter: nil) : .useless
                guard let wait = machine.wait(after: retry, random: .random(in: 0..<1)) else { throw error }
                try await sleep(wait)
            }
        }
    }

    private func attempt(_ statement: ClickHouseStatement, _ rowLimit: Int?, _ time: Span) async throws -> RowSet {
        do {
            try await budget.begin(maxWait: retries.maxWait)
        } catch let refusal as RateBudget.Refusal {
            let (_, reason, remedy) = refusal.explanation(at: clock.now())
            throw failure(.unavailable, reason, remedy)
        }
        do {
            return try Self.rows(of: await budget.ending { try await client.send(request(statement, rowLimit, time)) })
        } catch let error as HTTPError {
            throw sourceError(for: error)
        } catch let exception as ClickHouseAnswer.Exception {
            throw sourceError(for: exception)
        } catch let fault as ClickHouseAnswer.Unreadable {
            throw failure(
                .malformed, "\(fault.reason).", "Check that CLICKHOUSE_URL is the HTTP interface (port 8123).")
        }
    }

    private static func rows(of response: HTTPResponse) throws -> RowSet {
        if let exception = exception(in: response) { throw exception }
        guard response.status == 200 else {
            throw ClickHouseAnswer.Unreadable(reason: "it answered \(response.status)")
        }
        return try ClickHouseAnswer(response.body).rows
    }

    private static func exception(in response: HTTPResponse) -> ClickHouseAnswer.Exception? {
        guard response.status != 200 || response.header("x-clickhouse-exception-code") != nil else { return nil }
        let text = String(decoding: response.body.prefix(8000), as: UTF8.self)
        if let exception = ClickHouseAnswer.exception(in: text) { return exception }
        return response.header("x-clickhouse-exception-code").flatMap { Int($0) }
            .map { ClickHouseAnswer.Exception(code: $0, message: String(text.prefix(500))) }
    }

    // MARK: Request

    private nonisolated func request(_ statement: ClickHouseStatement, _ rowLimit: Int?, _ time: Span) -> HTTPRequest {
        // 64-bit numbers as numbers; NULL for sums over nothing and for absent sides of joins, as SQL has it; a column
        // wins over an alias of its name.
        var pairs = [
            ("database", inputs("CLICKHOUSE_DB") ?? "default"), ("readonly", "2"), ("wait_end_of_query", "1"),
            ("default_format", "JSONCompactEachRowWithNamesAndTypes"), ("session_timezone", "UTC"),
            ("output_format_json_quote_64bit_integers", "0"), ("output_format_json_quote_denormals", "0"),
            ("join_use_nulls", "1"), ("aggregate_functions_null_for_empty", "1"), ("prefer_column_name_to_alias", "1"),
            ("max_execution_time", String(max(1, Int(time.seconds)))),
        ]
        if let rowLimit { pairs += [("max_result_rows", String(rowLimit)), ("result_overflow_mode", "break")] }
        pairs += statement.parameters.sorted { $0.key < $1.key }.map { ("param_\($0.key)", Self.escaped($0.value)) }
        let query = pairs.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        let address = inputs("CLICKHOUSE_URL") ?? ""
        var headers = [HTTPRequest.Header("Content-Type", "text/plain; charset=utf-8")]
        if let user = inputs("CLICKHOUSE_USER"), !user.isEmpty { headers.append(.init("X-ClickHouse-User", user)) }
        if let key = inputs("CLICKHOUSE_PASSWORD"), !key.isEmpty { headers.append(.init("X-ClickHouse-Key", key)) }
        let root = address.hasSuffix("/") ? address : address + "/"
        return HTTPRequest(
            .post, "\(root)?\(query)", headers: headers, body: Array(statement.sql.utf8), timeout: time + .seconds(5),
            bodyLimit: 128 << 20)
    }

    /// Parameters are read as in the format TabSeparated.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n")
    }

    // MARK: Errors

    private func sourceError(for exception: ClickHouseAnswer.Exception) -> SourceError {
        let words = redaction.apply(to: exception.message)
        let reason = "ClickHouse rejected the statement (code \(exception.code)): \(words)"
        // Codes: ClickHouse's ErrorCodes.cpp.
        let (kind, remedy): (SourceError.Kind, String) =
            switch exception.code {
            case 192, 193, 194, 497, 516:
                (.notAuthorised, "Check CLICKHOUSE_USER and CLICKHOUSE_PASSWORD, and the rights of the user.")
            case 164: (.notAuthorised, "Give the user a profile with readonly = 2: settings go with each statement.")
            case 159, 209: (.timedOut, "Narrow the statement in time.")
            case 158, 241, 307, 396: (.tooMuch, "Narrow the statement in time.")
            case 202, 210, 242, 999: (.unavailable, AnswerJudge.nextScan)
            case 60, 81: (.notFound, "Set CLICKHOUSE_DB to the database of Langfuse.")
            default: (.refusedByProvider, "Report it with the statement.")
            }
        return failure(kind, reason, remedy)
    }

    private func sourceError(for error: HTTPError) -> SourceError {
        let (kind, reason, remedy): (SourceError.Kind, String, String) =
            switch error.kind {
            case .timedOut: (.timedOut, "it did not answer in time", "Narrow the statement.")
            case .bodyTooLarge: (.tooMuch, "its response is too large", "Narrow the statement.")
            case .tls: (.notAuthorised, "its certificate is not trusted", "Check CLICKHOUSE_URL.")
            case .forbidden: (.notConfigured, "the request was not sent", "Check CLICKHOUSE_URL.")
            case .unreachable, .broken, .cancelled:
                (.unavailable, "it is not reachable", "Check CLICKHOUSE_URL and the network.")
            }
        return failure(kind, "\(reason): \(redaction.apply(to: error.message)).", remedy)
    }

    private func failure(_ kind: SourceError.Kind, _ reason: String, _ remedy: String) -> SourceError {
        SourceError(kind: kind, source: Self.source, reason: reason, remedy: remedy, calls: 1)
    }
}
