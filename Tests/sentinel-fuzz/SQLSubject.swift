import Basics
import Dispatch
import FoundationEssentials
import SQLiteKit
import SourceEngine
import SourceFetch
import SourceSpec

/// An input is a SQL statement over the sources of this checkout.
///
/// The engine returns a result or an error within its time limit. A statement that is valid in SQLite is still valid after
/// rewriting, and rewriting twice changes nothing. A statement for ClickHouse is one statement, and every user text in it is a
/// parameter.
enum SQLSubject {
    static var seeds: [[UInt8]] {
        Seeds.specs.flatMap(\.testQueries).map { Array($0.utf8) }
    }

    static func check(_ bytes: [UInt8]) {
        let sql = String(decoding: bytes, as: UTF8.self)
        let answers = run(sql)
        let rewritten: DialectProbe.Rewritten
        do throws(QueryError) {
            rewritten = try probe.rewrite(sql)
        } catch {
            promise("a refusal says why", !error.sentence.isEmpty)
            promise("what cannot be read is not run", !answers)
            return
        }
        checkAgain(rewritten, answers)
        checkSQLite(sql, rewritten)
        if let statement = rewritten.clickHouse { checkClickHouse(statement) }
    }

    // MARK: The dialect

    private static let now = Instant(milliseconds: 1_795_489_200_000)
    private static let probe = DialectProbe(specs: Seeds.specs, now: now)

    private static func checkAgain(_ rewritten: DialectProbe.Rewritten, _ answers: Bool) {
        guard answers, let again = try? probe.rewrite(rewritten.text) else { return }
        promise("rewritten again it is another: \(rewritten.text) => \(again.text)", again.text == rewritten.text)
    }

    /// Statements without tables, because SQLite alone has none.
    private static func checkSQLite(_ sql: String, _ rewritten: DialectProbe.Rewritten) {
        guard let connection = try? DialectProbe.connection(), let plain = try? connection.prepare(sql) else { return }
        do {
            let made = try connection.prepare(rewritten.text)
            promise(
                "it has other columns: \(rewritten.text)", plain.columnNames.count == made.columnNames.count)
        } catch {
            promise("SQLite took it before it was rewritten: \(rewritten.text): \(error)", false)
        }
    }

    // MARK: ClickHouse

    private static func checkClickHouse(_ statement: ClickHouseStatement) {
        var rest = statement.sql[...]
        while let character = rest.popFirst() {
            switch character {
            case "`":
                let name = rest.prefix { $0 != "`" }
                promise("a name has no escapes: \(statement.sql)", !name.contains("\\"))
                rest = rest[name.endIndex...].dropFirst()
            case "'":
                let text = rest.prefix { $0 != "'" }
                let isOurs = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_".contains($0)) }
                promise("a text is none of the user's: \(statement.sql)", isOurs)
                rest = rest[text.endIndex...].dropFirst()
            case ";", "\\", "\"", "#", "$", "\0": promise("\(character) ends no statement: \(statement.sql)", false)
            case "{":
                let name = rest.prefix { $0 != ":" }
                promise("\(name) has a value", statement.parameters[String(name)] != nil)
            case "-", "/":
                let isComment = rest.first == "-" && character == "-" || rest.first == "*" && character == "/"
                promise("nothing is commented out: \(statement.sql)", !isComment)
            default: break
            }
        }
    }

    // MARK: The engine

    private static let engine: SourceEngine = {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-fuzz-\(UUID().uuidString)"
        let engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: folder, specs: Seeds.specs, pages: FewRows(), inputs: { _ in "given" },
                clock: WallClock { now }))
        wait { _ = await engine.sync() }
        return engine
    }()

    /// Whether the statement has an answer.
    private static func run(_ sql: String) -> Bool {
        wait {
            do throws(QueryError) {
                let limits = QueryLimits(rows: 200, time: .seconds(2), bytes: 1 << 20, liveScans: 20, bodyFetches: 2)
                let result = try await engine.query(sql, freshness: .stored, limits: limits)
                let width = result.rows.columns.count
                promise("every row has a value a column", result.rows.rows.allSatisfy { $0.count == width })
                return true
            } catch {
                promise("a refusal says why", !error.sentence.isEmpty)
                return false
            }
        }
    }

    /// Blocks the main thread, which no task needs.
    @discardableResult
    private static func wait<Result: Sendable>(_ operation: @escaping @Sendable () async -> Result) -> Result {
        let finished = DispatchSemaphore(value: 0)
        let outcome = Lock<Result?>(nil)
        Task.detached {
            let result = await operation()
            outcome.withLock { $0 = result }
            finished.signal()
        }
        finished.wait()
        guard let result = outcome.withLock({ $0 }) else { fatalError("a task ended without a result") }
        return result
    }
}

/// Three rows for every table and request.
private struct FewRows: PageSource {
    func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let rows = (0..<3).map { number in scan.table.columns.map { value(of: $0.type, number) } }
        _ = try await onPage(Page(rows: rows))
        return ScanOutcome(rows: rows.count, calls: 1)
    }

    func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        PlannedRequest(text: "GET \(scan.source.name).\(scan.table.name)")
    }

    private func value(of type: ColumnType, _ number: Int) -> Value {
        switch type {
        case .utf8: .text(["main", "it's “odd”\n", ""][number])
        case .int64: .integer([0, 7, .min][number])
        case .float64: .real([0, -0.5, 1e300][number])
        case .boolean: .integer(Int64(number % 2))
        case .timestamp: .text("2026-11-24T0\(number):00:00.000Z")
        case .date: .text("2026-11-2\(number)")
        case .json: .text(["null", "{\"a\": [1, 2]}", "no JSON"][number])
        }
    }
}
