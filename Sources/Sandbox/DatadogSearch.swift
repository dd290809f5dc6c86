import Basics
import JSON
import WebServer

/// The searches of version 2 over logs, spans and events: a window, a query, and a cursor on every page except an empty one.
struct DatadogSearch: Sendable {
    static let largestPage = 1000

    private let window: ClosedRange<Int64>
    private let query: SearchQuery
    private let isAscending: Bool
    private let limit: Int
    private let after: Position?

    /// The end of a page: the time and id of its last row.
    private struct Position {
        var milliseconds: Int64
        var id: String

        /// As opaque as Datadog's own, with the `=` that must survive on its way back.
        var cursor: String { "eyJhZnRlciI6\(String(milliseconds, radix: 36)).\(id)==" }

        init(_ row: any DatadogSearchable) {
            (milliseconds, id) = (row.time.milliseconds, row.id)
        }

        init?(cursor: String) {
            guard cursor.hasPrefix("eyJhZnRlciI6"), cursor.hasSuffix("==") else { return nil }
            let parts = cursor.dropFirst(12).dropLast(2).split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let time = Int64(parts[0], radix: 36) else { return nil }
            (milliseconds, id) = (time, String(parts[1]))
        }
    }

    /// By POST with a body; spans are listed by GET with the same parameters in the query as well.
    ///
    /// - Throws: ``Refusal`` with the sentence of the answer 400.
    init(_ request: WebRequest, now: Instant) throws(Refusal) {
        let search = request.method == "GET" ? Self.inQuery(request) : try Self.inBody(request)
        let filter = search["filter"] ?? [:]
        guard let from = DatadogTime.read(filter["from"] ?? "now-15m", now: now),
            let to = DatadogTime.read(filter["to"] ?? "now", now: now), from <= to
        else { throw Refusal(message: "Invalid time range") }
        guard let query = SearchQuery(filter["query"]?.string ?? "*") else {
            throw Refusal(message: "Invalid query")
        }
        let sort = search["sort"]?.string ?? "-timestamp"
        guard ["timestamp", "-timestamp"].contains(sort) else { throw Refusal(message: "Invalid sort") }
        let limit = search["page"]?["limit"].map { $0.int ?? 0 } ?? 10
        guard (1...Self.largestPage).contains(limit) else {
            throw Refusal(message: "page.limit must be between 1 and \(Self.largestPage)")
        }
        let cursor = search["page"]?["cursor"]?.string
        guard (cursor == nil) == (cursor.flatMap(Position.init(cursor:)) == nil) else {
            throw Refusal(message: "Invalid cursor")
        }
        window = from.milliseconds...to.milliseconds
        self.query = query
        isAscending = sort == "timestamp"
        self.limit = limit
        after = cursor.flatMap(Position.init(cursor:))
    }

    private static func inBody(_ request: WebRequest) throws(Refusal) -> JSONValue {
        guard let body = try? JSONDocument.parse(request.body), body.members != nil else {
            throw Refusal(message: "Invalid request body: JSON object expected")
        }
        guard request.path.contains("/spans/") else { return body }
        guard body["data"]?["type"]?.string == "search_request" else {
            throw Refusal(message: "Invalid type. Expected \"search_request\"")
        }
        return body["data"]?["attributes"] ?? [:]
    }

    /// `filter[from]` is `from` of `filter`.
    private static func inQuery(_ request: WebRequest) -> JSONValue {
        request.query.reduce([:]) { search, field in
            let path = field.name.split { $0 == "[" || $0 == "]" }.map(String.init)
            return search.replacing(path, with: .string(field.value))
        }
    }

    struct Refusal: Error {
        var message: String
    }

    /// The page of `all` that the request asks for.
    func page(of all: [any DatadogSearchable]) -> JSONValue {
        let found = all.filter { row in
            window.contains(row.time.milliseconds) && query.matches(row.words, row.values(of:))
        }.sorted { left, right in
            let isBefore = (left.time, left.id) < (right.time, right.id)
            return isBefore == isAscending && left.id != right.id
        }
        let start = after.map { position in found.firstIndex { isAfter($0, position) } ?? found.count } ?? 0
        let page = found.dropFirst(start).prefix(size(at: start))
        guard let last = page.last else { return object(data: emptyList) }
        let cursor = Position(last).cursor
        return object(
            meta: object(elapsed: 119, status: "done", request_id: "pddv1ChZsandbox", page: object(after: cursor)),
            data: page.map(\.row))
    }

    private func isAfter(_ row: any DatadogSearchable, _ position: Position) -> Bool {
        let (own, end) = ((row.time.milliseconds, row.id), (position.milliseconds, position.id))
        return isAscending ? own > end : own < end
    }

    /// Every second page is a third shorter than it might be, as pages of the real API are when it pleases.
    private func size(at start: Int) -> Int {
        (start + limit - 1) / limit % 2 == 1 ? max(1, limit - limit / 3) : limit
    }
}
