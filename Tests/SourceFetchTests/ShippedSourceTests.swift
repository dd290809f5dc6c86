import Basics
import HTTPClient
import SourceFetch
import Testing
import WebServer

@testable import SourceSpec

@Suite("The shipped sources with responses like their providers'")
struct ShippedSourceTests {
    private static let directory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/sources"

    private func read(
        _ source: String, _ table: String, from provider: Provider, inputs: [String: String],
        filters: [String: Value] = [:]
    ) async throws -> [RowSet.Record] {
        let spec = try #require(SourceCatalog.load(directory: Self.directory)[source])
        let table = try #require((spec.tables + spec.functions).first { $0.name == table })
        let fetcher = provider.fetcher(inputs: inputs)
        let rows = try await fetcher.rows(Scan(source: spec, table: table, filters: filters)).rows
        return RowSet(columns: table.columns.map(\.name), rows: rows).records
    }

    @Test("Langfuse: Basic authorisation, an empty page before the last, both spellings of the model")
    func langfuse() async throws {
        let provider = try Provider { request, _ in
            guard request.header("authorization") == "Basic cGstbGYtMTpzay1sZi0y" else {
                return .json(#"{"message":"Invalid credentials."}"#, status: 401)
            }
            switch request.queryValue("cursor") {
            case nil:
                return .json(
                    #"{"data":[{"id":"o1","traceId":"t","type":"TOOL","startTime":"2026-11-24T02:00:00.000Z","providedModelName":"m1","usageDetails":{"input":3,"total":5},"costDetails":{"total":"0.5"},"statusMessage":""}],"meta":{"cursor":"c1"}}"#
                )
            case "c1": return .json(#"{"data":[],"meta":{"cursor":"c2"}}"#)
            default: return .json(#"{"data":[{"id":"o2","traceId":"t","model":"m2","totalCost":0.25}],"meta":{}}"#)
            }
        }
        let inputs = [
            "LANGFUSE_BASE_URL": provider.url, "LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-2",
        ]
        let rows = try await read(
            "langfuse", "observations", from: provider, inputs: inputs, filters: ["trace_id": "t"])
        #expect(rows.map { $0["id"] } == ["o1", "o2"])
        #expect(rows.map { $0["model"] } == ["m1", "m2"])
        #expect(rows.map { $0["total_cost"] } == [0.5, 0.25])
        #expect(rows[0]["total_tokens"] == 5 && rows[1]["total_tokens"] == nil)
        #expect(
            provider.asked.allSatisfy { $0.path == "/api/public/v2/observations" && $0.queryValue("traceId") == "t" })
    }

    @Test("Sentry: bearer, the empty query for all issues, counts as text, and a next link that is always there")
    func sentry() async throws {
        let provider = try Provider { request, number in
            let next =
                "<http://\(request.header("host") ?? "")\(request.path)?cursor=0:100:0>; rel=\"next\"; results=\"\(number == 0)\"; cursor=\"0:100:0\""
            return .json(
                #"[{"id":"\#(number)","count":"2087","userCount":4,"lastSeen":"2026-11-24T02:00:00Z","project":{"slug":"api"}}]"#,
                headers: [.init("Link", next)])
        }
        let inputs = ["SENTRY_BASE_URL": provider.url, "SENTRY_ORG": "acme", "SENTRY_TOKEN": "tok"]
        let rows = try await read("sentry", "issues", from: provider, inputs: inputs)
        #expect(rows.map { $0["id"] } == ["0", "1"] && rows[0]["count"] == 2087 && rows[0]["project"] == "api")
        #expect(rows[0]["last_seen"] == "2026-11-24T02:00:00.000Z")
        #expect(provider.asked[0].path == "/api/0/organizations/acme/issues/")
        #expect(
            provider.asked[0].queryValue("query") == "" && provider.asked[0].header("authorization") == "Bearer tok")
    }

    @Test("GitHub: its headers, its links, and a missing commit that is not an empty list")
    func github() async throws {
        let provider = try Provider { request, _ in
            guard request.header("x-github-api-version") == "2022-11-28" else { return .json("{}", status: 400) }
            switch request.path {
            case "/repos/acme/app/commits":
                return .json(
                    #"[{"sha":"a1","commit":{"message":"m","author":{"name":"Ann","date":"2026-11-24T01:00:00Z"}},"author":null}]"#,
                    headers: [
                        .init(
                            "Link",
                            "<http://\(request.header("host") ?? "")/repositories/7/commits?page=2>; rel=\"next\"")
                    ])
            case "/repositories/7/commits": return .json(#"[{"sha":"b2"}]"#)
            default: return .json(#"{"message":"Not Found","status":"404"}"#, status: 404)
            }
        }
        let inputs = ["GITHUB_BASE_URL": provider.url, "GITHUB_TOKEN": "t"]
        let rows = try await read(
            "github", "commits", from: provider, inputs: inputs, filters: ["owner": "acme", "repo": "app"])
        #expect(rows.map { $0["sha"] } == ["a1", "b2"])
        let error = await sourceError {
            _ = try await read(
                "github", "commits", from: provider, inputs: inputs, filters: ["owner": "acme", "repo": "no"])
        }
        #expect(error?.kind == .notFound)
        let filter = await sourceError { _ = try await read("github", "commits", from: provider, inputs: inputs) }
        #expect(filter?.kind == .missingFilter)
    }

    @Test("Slack: either token, an empty page before the last, the time of a message kept as text")
    func slack() async throws {
        let provider = try Provider { request, _ in
            guard request.header("authorization") == "Bearer xoxb-1" else {
                return .json(#"{"ok":false,"error":"invalid_auth"}"#)
            }
            return request.queryValue("cursor") == nil
                ? .json(#"{"ok":true,"messages":[],"response_metadata":{"next_cursor":"n"}}"#)
                : .json(
                    #"{"ok":true,"messages":[{"ts":"1512085950.000216","text":"hi"}],"response_metadata":{"next_cursor":""}}"#
                )
        }
        let rows = try await read(
            "slack", "messages", from: provider, inputs: ["SLACK_BASE_URL": provider.url, "SLACK_BOT_TOKEN": "xoxb-1"],
            filters: ["channel": "C1"])
        #expect(rows.map { $0["ts"] } == ["1512085950.000216"])
        let missing = await sourceError {
            _ = try await read("slack", "messages", from: provider, inputs: [:], filters: ["channel": "C1"])
        }
        #expect(missing?.reason == "not configured: SLACK_TOKEN or SLACK_BOT_TOKEN is not set.")
        let wrong = await sourceError {
            _ = try await read(
                "slack", "messages", from: provider, inputs: ["SLACK_BASE_URL": provider.url, "SLACK_TOKEN": "no"],
                filters: ["channel": "C1"])
        }
        #expect(wrong?.kind == .notAuthorised && wrong?.remedy == "Check SLACK_TOKEN.")
    }

    @Test(
        "A server without Langfuse's newer API is read through the overlay's fallback, its larger page size kept in bounds"
    )
    func langfuseFallback() async throws {
        let provider = try Provider { request, _ in
            guard request.path == "/api/public/observations", request.queryValue("limit") == "100" else {
                return .json(#"{"message":"not available"}"#, status: 404)
            }
            return .json(
                #"{"data":[{"id":"o","traceId":"t","model":"m","calculatedTotalCost":0.5}],"meta":{"page":1}}"#)
        }
        let spec = try #require(SourceCatalog.load(directory: Self.directory)["langfuse"])
        let table = try #require(spec.tables.first { $0.name == "observations" })
        let mirror = try #require(spec.overlay.mirrors["observations"])
        let fetcher = provider.fetcher(inputs: [
            "LANGFUSE_BASE_URL": provider.url, "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk",
        ])
        var scan = Scan(source: spec, table: table, extraParameters: mirror.parameters)
        let newer = await sourceError { _ = try await fetcher.rows(scan) }
        #expect(newer?.kind == .notFound)
        scan.fallback = mirror.fallback
        #expect(try await fetcher.rows(scan).rows.count == 1)
    }
}
