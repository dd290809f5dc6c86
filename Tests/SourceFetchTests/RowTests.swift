import Basics
import HTTPClient
import SourceFetch
import Testing
import WebServer

@testable import SourceSpec

@Suite("Rows")
struct RowTests {
    private func rows(
        _ body: String, _ columns: [ColumnSpec], _ response: ResponseSpec = ResponseSpec(),
        filters: [String: Value] = [:]
    ) async throws -> (rows: [[Value]], outcome: ScanOutcome) {
        let provider = try Provider { _, _ in .json(body) }
        return try await provider.read(
            .items(response: response, filters: filters.keys.map { FilterSpec(name: $0) }, columns: columns),
            filters: filters)
    }

    private func value(
        _ body: String, _ expression: ColumnExpression, _ type: ColumnType = .utf8, filters: [String: Value] = [:]
    ) async throws -> Value {
        try await rows(body, [ColumnSpec(name: "x", type: type, expression: expression)], filters: filters).rows[0][0]
    }

    @Test("Rows are at the path; null is no row, another value is one, and an element that is not a row is counted")
    func direct() async throws {
        let columns = [ColumnSpec(name: "id", type: .int64)]
        let deep = ResponseSpec(rowsPath: ["a", "b"])
        #expect(try await rows(#"{"a":{"b":[{"id":1},{"id":2}]}}"#, columns, deep).rows == [[1], [2]])
        #expect(try await rows(#"{"a":{"b":{"id":3}}}"#, columns, deep).rows == [[3]])
        #expect(try await rows(#"{"a":{"b":null}}"#, columns, deep).rows.isEmpty)
        #expect(try await rows(#"{"a":null}"#, columns, deep).rows.isEmpty)
        #expect(try await rows(#"{"a":{}}"#, columns, deep).rows.isEmpty)
        let mixed = try await rows(#"[{"id":1},null,"x",{"id":2}]"#, columns)
        #expect(mixed.rows == [[1], [2]] && mixed.outcome.schemaWarnings == 2)
        let bare = [ColumnSpec(name: "login", type: .utf8, expression: .currentRow)]
        #expect(try await rows(#"["ann","bob"]"#, bare).rows == [["ann"], ["bob"]])
    }

    @Test("The entries of an object become rows with their key")
    func dictionary() async throws {
        let columns = ["_key", "name", "_value"].map { ColumnSpec(name: $0, type: .utf8) }
        let response = ResponseSpec(rowsPath: ["tags"], rowStrategy: .dictionaryEntries)
        let body = #"{"tags":{"a":{"name":"A","_key":"no"},"b":5,"c":null}}"#
        #expect(
            try await rows(body, columns, response).rows == [["a", "A", nil], ["b", nil, "5"], ["c", nil, nil]])
    }

    @Test("Datadog's series become one row per point")
    func series() async throws {
        let columns = [
            ColumnSpec(name: "metric", type: .utf8), ColumnSpec(name: "scope", type: .utf8),
            ColumnSpec(name: "timestamp", type: .int64), ColumnSpec(name: "value", type: .float64),
        ]
        let response = ResponseSpec(rowStrategy: .seriesPointList)
        let body =
            #"{"status":"ok","series":[{"metric":"cpu","scope":"host:a","pointlist":[[1.795e12,0.5],[1.796e12,null]]}]}"#
        #expect(
            try await rows(body, columns, response).rows
                == [["cpu", "host:a", 1_795_000_000_000, 0.5], ["cpu", "host:a", 1_796_000_000_000, nil]])
        let error = await sourceError {
            _ = try await rows(#"{"status":"error","error":"bad query"}"#, columns, response)
        }
        #expect(error?.kind == .refusedByProvider && error?.reason == "refused: bad query.")
    }

    @Test("One document per line, and an incomplete line is an error")
    func lines() async throws {
        let columns = [ColumnSpec(name: "id", type: .int64)]
        let response = ResponseSpec(format: .jsonEachRow)
        #expect(try await rows("{\"id\":1}\n{\"id\":2}\r\n\n", columns, response).rows == [[1], [2]])
        #expect(try await rows("", columns, response).rows.isEmpty)
        let error = await sourceError { _ = try await rows("{\"id\":1}\n{\"id\":", columns, response) }
        #expect(error?.kind == .malformed)
        let exception = await sourceError {
            _ = try await rows("{\"id\":1}\nCode: 241. DB::Exception", columns, response)
        }
        #expect(exception?.kind == .malformed)
    }

    @Test("404 is an empty table only if the manifest allows it")
    func emptyOn404() async throws {
        let provider = try Provider { _, _ in .json(#"{"message":"Not Found"}"#, status: 404) }
        #expect(try await provider.read(.items(response: ResponseSpec(allows404AsEmpty: true))).rows.isEmpty)
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect(error?.kind == .notFound && error?.reason == "answered 404: Not Found.")
    }

    @Test("Paths, alternatives, filters and literals")
    func simpleExpressions() async throws {
        let body = #"{"a":{"b":[{"event.type":"x"}],"0":"no"},"n":null,"s":"v"}"#
        #expect(try await value(body, .path(["a", "b", "0", "event.type"])) == "x")
        #expect(try await value(body, .path(["a", "0"])) == nil)
        #expect(try await value(body, .path(["a", "b", "7"])) == nil)
        #expect(try await value(body, .coalesce([.path(["n"]), .path(["m"]), .path(["s"])])) == "v")
        #expect(try await value(body, .fromFilter("f"), filters: ["f": "own"]) == "own")
        #expect(try await value(body, .fromArgument("f"), .int64, filters: ["f": 7]) == 7)
        #expect(try await value(body, .fromFilter("g")) == nil)
        #expect(try await value(body, .literal(["k": 1])) == #"{"k":1}"#)
        #expect(try await value(body, .null) == nil)
        #expect(try await value(#"{"b":[1,{"c":"d"}]}"#, .currentRow) == #"{"b":[1,{"c":"d"}]}"#)
    }

    @Test("Lists and tags")
    func listExpressions() async throws {
        let body =
            #"{"l":["a",1,null,true],"u":[{"n":"x"},{"m":0},{"n":"y"}],"t":[{"key":"env","value":"prod"},{"key":"os","value":"linux"},{"key":"env","value":"eu"}],"e":[],"q":{"own":{"v":3}},"z":[{"k":"r","v":1}]}"#
        #expect(try await value(body, .joinArray(path: ["l"], separator: "|")) == "a|1|true")
        #expect(try await value(body, .joinArray(path: ["q"], separator: "|")) == nil)
        #expect(try await value(body, .joinArray(path: ["e"], separator: "|")) == "")
        #expect(try await value(body, .joinArray(path: ["u"], itemPath: ["n"], separator: ",")) == "x,y")
        let tag = ColumnExpression.tagValue(path: ["t"], key: "env", keyField: "key", valueField: "value")
        #expect(try await value(body, tag) == "prod")
        let other = ColumnExpression.tagValue(path: ["z"], key: "r", keyField: "k", valueField: "v")
        #expect(try await value(body, other, .int64) == 1)
        let tags = ColumnExpression.tagValue(
            path: ["t"], key: "env", keyField: "key", valueField: "value", separator: "+")
        #expect(try await value(body, tags) == "prod+eu")
        #expect(try await value(body, .firstArrayItemPath(path: ["u"], itemPath: ["n"])) == "x")
        #expect(try await value(body, .firstArrayItemPath(path: ["e"], itemPath: ["n"])) == nil)
        let chosen = ColumnExpression.objectFilterPath(path: ["q"], filter: "f", itemPath: ["v"])
        #expect(try await value(body, chosen, .int64, filters: ["f": "own"]) == 3)
        #expect(try await value(body, chosen, .int64) == nil)
    }

    @Test("Conditions, times, encodings, replacements and templates")
    func textExpressions() async throws {
        let body =
            #"{"sec":"1512085950.000216","ms":1512085950123,"iso":"2026-11-24T05:00:00+02:00","b":"aGVsbG8g\n8J+YgA==","s":"a-b-c","n":null}"#
        #expect(try await value(body, .ifPresent(check: .path(["s"]), value: "yes")) == "yes")
        #expect(try await value(body, .ifPresent(check: .path(["n"]), value: "yes")) == nil)
        #expect(try await value(body, .formatTimestamp(.path(["sec"]), input: .seconds)) == "2017-11-30T23:52:30.000Z")
        #expect(
            try await value(body, .formatTimestamp(.path(["ms"]), input: .milliseconds), .timestamp)
                == "2017-11-30T23:52:30.123Z")
        #expect(try await value(body, .formatTimestamp(.path(["iso"]), input: .iso8601)) == "2026-11-24T03:00:00.000Z")
        #expect(try await value(body, .base64Decode(.path(["b"]))) == "hello 😀")
        #expect(try await value(body, .replace(.path(["s"]), from: "-", to: "/")) == "a/b/c")
        let template = Template(parts: [
            .placeholder(.init(namespace: .expr, key: "x")), .text("#"),
            .placeholder(.init(namespace: .filter, key: "f")),
            .placeholder(.init(namespace: .expr, key: "y", defaultText: "!")),
        ])
        let values: [String: ColumnExpression] = ["x": .path(["s"]), "y": .path(["n"])]
        #expect(try await value(body, .template(template, values: values), filters: ["f": "7"]) == "a-b-c#7!")
        #expect(try await value(body, .template(template, values: values)) == nil)
    }

    struct Coerced: Sendable {
        var type: ColumnType
        var json: String
        var expected: Value
        var warnings = 0
    }

    @Test(
        "Values fit the column's type leniently; what does not fit is NULL and counted",
        arguments: [
            Coerced(type: .utf8, json: "1.50", expected: "1.5"), Coerced(type: .utf8, json: "7", expected: "7"),
            Coerced(type: .utf8, json: "true", expected: "true"),
            Coerced(type: .utf8, json: #"{"a":[1]}"#, expected: #"{"a":[1]}"#),
            Coerced(type: .utf8, json: "\"\"", expected: ""),
            Coerced(type: .int64, json: "\"2087\"", expected: 2087), Coerced(type: .int64, json: "7.9", expected: 7),
            Coerced(type: .int64, json: "true", expected: 1), Coerced(type: .int64, json: "\"\"", expected: nil),
            Coerced(type: .int64, json: "1e30", expected: nil, warnings: 1),
            Coerced(type: .int64, json: "\"many\"", expected: nil, warnings: 1),
            Coerced(type: .int64, json: "[1]", expected: nil, warnings: 1),
            Coerced(type: .float64, json: "\"0.00042\"", expected: 0.00042),
            Coerced(type: .float64, json: "3", expected: 3.0),
            Coerced(type: .float64, json: "\"nan\"", expected: nil, warnings: 1),
            Coerced(type: .boolean, json: "\"yes\"", expected: 1), Coerced(type: .boolean, json: "0", expected: 0),
            Coerced(type: .boolean, json: "null", expected: nil),
            Coerced(type: .boolean, json: "\"maybe\"", expected: nil, warnings: 1),
            Coerced(type: .timestamp, json: "\"2026-02-29T00:00:00.000Z\"", expected: "2026-03-01T00:00:00.000Z"),
            Coerced(type: .timestamp, json: "\"2026-01-31T23:59:59.123Z\"", expected: "2026-01-31T23:59:59.123Z"),
            Coerced(type: .timestamp, json: "\"2026-11-24T03:00:00Z\"", expected: "2026-11-24T03:00:00.000Z"),
            Coerced(type: .timestamp, json: "\"2026-11-24 03:00:00.123456\"", expected: "2026-11-24T03:00:00.123Z"),
            Coerced(type: .timestamp, json: "1795489200", expected: "2026-11-24T03:00:00.000Z"),
            Coerced(type: .timestamp, json: "1795489200000000", expected: "2026-11-24T03:00:00.000Z"),
            Coerced(type: .timestamp, json: "\"\"", expected: nil),
            Coerced(type: .timestamp, json: "\"soon\"", expected: nil, warnings: 1),
            Coerced(type: .date, json: "\"2026-11-24T03:00:00Z\"", expected: "2026-11-24"),
            Coerced(type: .json, json: #"{"a":"é"}"#, expected: #"{"a":"é"}"#),
            Coerced(type: .json, json: "\"already text\"", expected: "already text"),
        ])
    func coercions(_ example: Coerced) async throws {
        let column = ColumnSpec(name: "v", type: example.type)
        let (rows, outcome) = try await rows("[{\"v\":\(example.json),\"new\":1}]", [column])
        #expect(rows == [[example.expected]])
        #expect(outcome.schemaWarnings == example.warnings)
    }
}
