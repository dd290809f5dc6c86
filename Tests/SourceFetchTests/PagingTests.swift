import Basics
import HTTPClient
import SourceFetch
import Testing
import WebServer

@testable import SourceSpec

@Suite("Paging")
struct PagingTests {
    private let size = PaginationSpec.PageSize(defaultSize: 2, maximum: 3, queryParameter: "limit")

    @Test(
        "A short or empty page with a cursor is not the end; a missing, null or blank cursor is",
        arguments: ["", #","meta":{}"#, #","meta":{"cursor":null}"#, #","meta":{"cursor":" "}"#])
    func cursors(end: String) async throws {
        let provider = try Provider { request, _ in
            switch request.queryValue("cursor") {
            case nil: page([1, 2], #","meta":{"cursor":"b"}"#)
            case "b": page([], #","meta":{"cursor":"c+/="}"#)
            case "c+/=": page([3], end)
            default: .json("{}", status: 500)
            }
        }
        let mode = PaginationSpec.Mode.cursorQuery(parameter: "cursor", responsePath: ["meta", "cursor"])
        let (rows, outcome) = try await provider.read(.items(PaginationSpec(mode: mode, pageSize: size)))
        #expect(ids(rows) == [1, 2, 3])
        #expect(outcome.calls == 3 && !outcome.isTruncated)
        #expect(provider.asked.map { $0.queryValue("limit") } == ["2", "2", "2"])
    }

    @Test("The same cursor twice is an error, not an endless list")
    func cursorLoop() async throws {
        let provider = try Provider { _, number in page([number], #","next":"\#(["a", "b"][number % 2])""#) }
        let mode = PaginationSpec.Mode.cursorQuery(parameter: "cursor", responsePath: ["next"])
        let error = await sourceError { _ = try await provider.read(.items(PaginationSpec(mode: mode))) }
        #expect(error?.kind == .malformed)
        #expect(error?.reason.contains("returned the same page again") == true)
        #expect(error?.calls == 3)
    }

    @Test("A cursor in the body is added to the manifest's body, and hasNextPage false ends the list")
    func cursorInBody() async throws {
        let provider = try Provider { request, _ in
            let body = String(decoding: request.body, as: UTF8.self)
            if body == #"{"query":"{x}","variables":{"team":"ENG","first":2}}"# {
                return page([1], #","page":{"endCursor":"z","hasNextPage":true}"#)
            }
            if body == #"{"query":"{x}","variables":{"team":"ENG","first":2,"after":"z"}}"# {
                return page([2], #","page":{"endCursor":"y","hasNextPage":false}"#)
            }
            return .json("{}", status: 400)
        }
        let request = RequestSpec(
            method: .post, path: Template(literal: "/graphql"),
            body: .json([
                .init(path: ["query"], source: .literal("{x}")),
                .init(path: ["variables", "team"], source: .given(.filter("team"), default: nil)),
                .init(
                    path: ["variables", "state"], whenArgument: "state",
                    source: .given(.argument("state"), default: nil)),
            ]))
        let pagination = PaginationSpec(
            mode: .cursorBody(path: ["variables", "after"], responsePath: ["page", "endCursor"]),
            pageSize: .init(defaultSize: 2, maximum: 50, bodyPath: ["variables", "first"]))
        let table = TableSpec.items(
            pagination, request: request, filters: [FilterSpec(name: "team"), FilterSpec(name: "state")])
        let (rows, outcome) = try await provider.read(table, filters: ["team": "ENG"])
        #expect(ids(rows) == [1, 2] && outcome.calls == 2)
        #expect(provider.asked.allSatisfy { $0.header("content-type")?.hasPrefix("application/json") == true })
    }

    @Test("Numbered pages end with a short one, or an empty one if the size is unknown")
    func pages() async throws {
        let provider = try Provider { request, _ in
            let number = Int(request.queryValue("page") ?? "") ?? 0
            return page((number - 1) * 2..<min(number * 2, 5))
        }
        let mode = PaginationSpec.Mode.page(parameter: "page", start: 1, step: 1)
        let (rows, outcome) = try await provider.read(.items(PaginationSpec(mode: mode, pageSize: size)))
        #expect(ids(rows) == [0, 1, 2, 3, 4] && outcome.calls == 3)
        let unsized = try Provider { request, _ in page(request.queryValue("page") == "0" ? 0..<1 : 0..<0) }
        let zero = PaginationSpec.Mode.page(parameter: "page", start: 0, step: 1)
        #expect(try await unsized.read(.items(PaginationSpec(mode: zero))).outcome.calls == 2)
    }

    @Test(
        "Offsets grow by the step, else by the page's size",
        arguments: [(Int?.none, ["0", "2", "4"]), (1, ["0", "1", "2", "3", "4"])])
    func offsets(step: Int?, expected: [String]) async throws {
        let provider = try Provider { request, _ in
            let offset = Int(request.queryValue("offset") ?? "") ?? 99
            return page(offset..<min(offset + 2, 5))
        }
        let mode = PaginationSpec.Mode.offset(parameter: "offset", start: 0, step: step)
        _ = try await provider.read(.items(PaginationSpec(mode: mode, pageSize: size)))
        #expect(provider.asked.compactMap { $0.queryValue("offset") } == expected)
    }

    @Test("Links are followed unchanged until there is none")
    func links() async throws {
        let provider = try Provider { request, number in
            let host = request.header("host") ?? ""
            let next =
                "<http://\(host)/repositories/7/items?after=Y%3D%3D&x=1>; rel=\"next\", <http://\(host)/l>; rel=\"last\""
            var answer = page([number])
            if number == 0 { answer.headers.append(.init("Link", next)) }
            return answer
        }
        let (rows, _) = try await provider.read(
            .items(PaginationSpec(mode: .linkHeader(requiresResults: false), pageSize: size)))
        #expect(ids(rows) == [0, 1])
        #expect(provider.asked[1].path == "/repositories/7/items")
        #expect(provider.asked[1].query == [.init("after", "Y=="), .init("x", "1")])
    }

    @Test("If results are required, Sentry's last page is the one whose next page has none")
    func sentryLinks() async throws {
        let provider = try Provider { request, number in
            let host = "http://\(request.header("host") ?? "")/items"
            let results = number < 2 ? "true" : "false"
            let link =
                "<\(host)?c=0>; rel=\"previous\"; results=\"false\"; cursor=\"0:0:1\";, <\(host)?cursor=0:\(number + 1):0>; rel=\"next\"; results=\"\(results)\"; cursor=\"0:1:0\""
            var answer = page([number])
            answer.headers.append(.init("Link", link))
            return answer
        }
        let (rows, _) = try await provider.read(.items(PaginationSpec(mode: .linkHeader(requiresResults: true))))
        #expect(ids(rows) == [0, 1, 2])
    }

    @Test("A link or redirect to another origin is rejected, and nothing is sent there")
    func foreignAddresses() async throws {
        let other = try Provider { _, _ in page([9]) }
        let provider = try Provider { request, _ in
            if request.path == "/moved" {
                return WebResponse(status: 302, headers: [.init("Location", other.url + "/login")])
            }
            var answer = page([1])
            answer.headers.append(.init("Link", "<\(other.url)/items>; rel=\"next\""))
            return answer
        }
        let linked = await sourceError {
            _ = try await provider.read(.items(PaginationSpec(mode: .linkHeader(requiresResults: false))))
        }
        #expect(linked?.kind == .refusedByProvider)
        let moved = await sourceError {
            _ = try await provider.read(.items(request: RequestSpec(path: Template(literal: "/moved"))))
        }
        #expect(moved?.kind == .notAuthorised)
        #expect(moved?.reason.contains("redirects to another address") == true)
        #expect(other.asked.isEmpty)
    }

    @Test("At most three redirects within the origin are followed")
    func redirects() async throws {
        let provider = try Provider { request, _ in
            switch request.path {
            case "/items": WebResponse(status: 301, headers: [.init("Location", "/a?x=1")])
            case "/a": WebResponse(status: 307, headers: [.init("Location", "b")])
            case "/b": page([1])
            default: WebResponse(status: 302, headers: [.init("Location", request.path)])
            }
        }
        let (rows, outcome) = try await provider.read(.items())
        #expect(ids(rows) == [1] && outcome.calls == 3)
        let error = await sourceError {
            _ = try await provider.read(.items(request: RequestSpec(path: Template(literal: "/round"))))
        }
        #expect(error?.kind == .refusedByProvider && error?.calls == 4)
    }

    @Test("A limit requests no more than it needs, drops the rest, and reports that there was more")
    func limits() async throws {
        let provider = try Provider { request, _ in
            let number = Int(request.queryValue("page") ?? "") ?? 0
            let size = Int(request.queryValue("limit") ?? "") ?? 0
            return page(number * size..<min((number + 1) * size, 7))
        }
        let table = TableSpec.items(PaginationSpec(mode: .page(parameter: "page", start: 0, step: 1), pageSize: size))
        let one = try await provider.read(table, limit: 1)
        #expect(ids(one.rows) == [0] && one.outcome.isTruncated && one.outcome.calls == 1)
        let four = try await provider.read(table, limit: 4)
        #expect(ids(four.rows) == [0, 1, 2, 3] && four.outcome.isTruncated && four.outcome.calls == 2)
        let eight = try await provider.read(table, limit: 8)
        #expect(ids(eight.rows).count == 7 && !eight.outcome.isTruncated)
        #expect(provider.asked.map { $0.queryValue("limit") } == ["1", "3", "3", "3", "3", "3"])
        let capped = try await provider.read(
            .items(PaginationSpec(mode: .page(parameter: "page", start: 0, step: 1), pageSize: size), cap: 2))
        #expect(ids(capped.rows) == [0, 1] && capped.outcome.isTruncated)
    }

    @Test("The maximum number of pages truncates the scan, without an error")
    func mostPages() async throws {
        let provider = try Provider { _, number in page([number]) }
        let mode = PaginationSpec.Mode.page(parameter: "page", start: 0, step: 1)
        let (rows, outcome) = try await provider.read(.items(PaginationSpec(mode: mode, maximumPages: 3)))
        #expect(ids(rows) == [0, 1, 2] && outcome.isTruncated)
    }

    @Test("The reader may stop after a page, and the scan is not truncated")
    func stop() async throws {
        let provider = try Provider { _, number in page([number]) }
        let table = TableSpec.items(PaginationSpec(mode: .page(parameter: "page", start: 0, step: 1)))
        let outcome = try await provider.fetcher().scan(Scan(source: .sample(at: provider.url), table: table)) { _ in
            .stop
        }
        #expect(outcome == ScanOutcome(rows: 1, calls: 1, serverDate: outcome.serverDate))
        #expect(outcome.serverDate != nil)
    }

    @Test("A fallback replaces path and paging, and its parameters are sent")
    func fallback() async throws {
        let provider = try Provider { request, _ in
            guard request.path == "/v1/items", request.queryValue("limit") == "2" else {
                return .json("{}", status: 404)
            }
            return page(request.queryValue("page") == "1" ? 1..<3 : 3..<4)
        }
        let table = TableSpec.items(
            PaginationSpec(mode: .cursorQuery(parameter: "cursor", responsePath: ["meta", "cursor"])))
        let error = await sourceError { _ = try await provider.read(table) }
        #expect(error?.kind == .notFound)
        let older = MirrorSpec.Fallback(
            path: Template(literal: "/v1/items"),
            pagination: PaginationSpec(
                mode: .page(parameter: "page", start: 1, step: 1),
                pageSize: .init(defaultSize: 2, maximum: 100, queryParameter: "limit")),
            parameters: [.init(name: "order", value: "asc")])
        let scan = Scan(
            source: .sample(at: provider.url), table: table,
            extraParameters: [
                .init(name: "from", value: "2026-11-24T03:00:00.000Z"), .init(name: "page", value: "9"),
                .init(name: "order", value: "desc"),
            ], fallback: older)
        #expect(ids(try await provider.fetcher().rows(scan).rows) == [1, 2, 3])
        #expect(provider.asked.last?.queryValue("order") == "asc")
        #expect(provider.asked.last?.queryValue("from") == "2026-11-24T03:00:00.000Z")
    }

    @Test("A mirror's page size is limited to the maximum of the paging in use")
    func sizeOfExtraParameters() async throws {
        let provider = try Provider { _, _ in page([1]) }
        let newer = PaginationSpec(
            mode: .cursorQuery(parameter: "cursor", responsePath: ["next"]),
            pageSize: .init(defaultSize: 50, maximum: 1000, queryParameter: "limit"))
        let older = MirrorSpec.Fallback(
            path: Template(literal: "/v1"),
            pagination: PaginationSpec(
                mode: .page(parameter: "page", start: 1, step: 1),
                pageSize: .init(defaultSize: 50, maximum: 100, queryParameter: "limit")))
        for fallback in [nil, older] {
            let scan = Scan(
                source: .sample(at: provider.url), table: .items(newer),
                extraParameters: [.init(name: "limit", value: "1000")], fallback: fallback)
            _ = try await provider.fetcher().rows(scan)
        }
        #expect(provider.asked.map { $0.query.filter { $0.name == "limit" }.map(\.value) } == [["1000"], ["100"]])
    }

    @Test("A search returns its best rows, within its own number and size of requests, and reports that there are more")
    func search() async throws {
        let provider = try Provider { request, _ in
            let (number, size) = (request.queryValue("page"), request.queryValue("limit"))
            return page((0..<(size.flatMap { Int($0) } ?? 0)).map { $0 + (number == "1" ? 0 : 100) })
        }
        var table = TableSpec.items(
            PaginationSpec(
                mode: .page(parameter: "page", start: 1, step: 1),
                pageSize: .init(defaultSize: 30, maximum: 100, queryParameter: "limit")))
        table.searchLimits = SearchLimits(defaultTopK: 3, maximumTopK: 4, maximumCalls: 2)
        let best = try await provider.read(table)
        #expect(ids(best.rows) == [0, 1, 2] && best.outcome.isTruncated && best.outcome.calls == 1)
        let wanted = try await provider.read(table, limit: 6)
        #expect(ids(wanted.rows) == [0, 1, 2, 3, 100, 101])
        let most = try await provider.read(table, limit: 50)
        #expect(most.rows.count == 8 && most.outcome.isTruncated && most.outcome.calls == 2)
        #expect(provider.asked.map { $0.queryValue("limit") } == ["3", "4", "4", "4", "4"])
    }
}
