import Basics
import HTTPClient
import JSON
import SourceFetch
import WebServer

@testable import SourceSpec

/// A provider on loopback, and a fetcher that asks it.
struct Provider {
    let server: WebServer
    let requests = Lock<[WebRequest]>([])
    let time = TestTime()

    /// `answer` gets the request and how many came before it.
    init(_ answer: @escaping @Sendable (WebRequest, Int) -> WebResponse) throws {
        let requests = requests
        server = try WebServer(port: 0) { request in
            let number = requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            return answer(request, number)
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }
    var asked: [WebRequest] { requests.withLock { $0 } }

    func fetcher(
        inputs: [String: String] = [:], client: HTTPClient = HTTPClient(), timeout: Span = .seconds(60)
    ) -> SourceFetcher {
        SourceFetcher(
            client: client, inputs: { inputs[$0] }, clock: time.clock, timeout: timeout,
            sleep: { [time] in try time.sleep($0) }, random: { 0.5 })
    }

    /// All rows of the scan and how it ended.
    func read(
        _ table: TableSpec, of source: (String) -> SourceSpec = { .sample(at: $0) }, filters: [String: Value] = [:],
        limit: Int? = nil, inputs: [String: String] = [:]
    ) async throws -> (rows: [[Value]], outcome: ScanOutcome) {
        var spec = source(url)
        spec.tables = [table]
        return try await fetcher(inputs: inputs).rows(
            Scan(source: spec, table: table, filters: filters, rowLimit: limit))
    }
}

extension PageSource {
    /// All rows of the scan and how it ended.
    func rows(_ scan: Scan) async throws -> (rows: [[Value]], outcome: ScanOutcome) {
        let rows = Lock<[[Value]]>([])
        let outcome = try await self.scan(scan) { page in
            rows.withLock { $0 += page.rows }
            return .more
        }
        return (rows.withLock { $0 }, outcome)
    }
}

extension SourceSpec {
    /// A source that speaks plain HTTP to `url`.
    static func sample(
        at url: String, auth: AuthSpec = .none, inputs: [InputSpec] = [], headers: [ParameterSpec] = [],
        rateLimit: RateLimitSpec? = nil, overlay: SourceOverlay = SourceOverlay()
    ) -> SourceSpec {
        SourceSpec(
            name: "acme", version: "1", inputs: inputs,
            backend: .http(
                HTTPBackend(baseURL: Template(literal: url), auth: auth, headers: headers, rateLimit: rateLimit)),
            overlay: overlay)
    }
}

extension TableSpec {
    /// `id` of the elements of `data`.
    static func items(
        _ pagination: PaginationSpec = PaginationSpec(), response: ResponseSpec = ResponseSpec(rowsPath: ["data"]),
        request: RequestSpec = RequestSpec(path: Template(literal: "/items")), filters: [FilterSpec] = [],
        cap: Int? = nil, columns: [ColumnSpec] = [ColumnSpec(name: "id", type: .int64)]
    ) -> TableSpec {
        TableSpec(
            name: "items", filters: filters, fetchLimitDefault: cap, request: request, response: response,
            pagination: pagination, columns: columns)
    }
}

/// `{"data":[{"id":1},…]}` with further members.
func page(_ ids: some Sequence<Int>, _ more: String = "") -> WebResponse {
    let rows = ids.map { "{\"id\":\($0)}" }.joined(separator: ",")
    return .json("{\"data\":[\(rows)]\(more)}")
}

func ids(_ rows: [[Value]]) -> [Int] { rows.compactMap { $0.first?.integer } }

/// The error that the operation threw; nil when it threw none, or another kind of error.
func sourceError(_ operation: () async throws -> Void) async -> SourceError? {
    do {
        try await operation()
        return nil
    } catch {
        return error as? SourceError
    }
}
