import Basics
import Testing

@testable import SourceSpec

@Suite("Manifests")
struct ManifestParserTests {
    private func parse(_ text: String) throws -> SourceSpec {
        try ManifestParser.parse(text: text, file: "manifest.yaml")
    }

    @Test("the dialect with inputs is read completely")
    func newerDialect() throws {
        let spec = try parse(ManifestSamples.newer)
        #expect(spec.name == "acme" && spec.version == "2.1.0" && spec.testQueries == ["SELECT 1"])
        #expect(spec.inputs.map(\.key) == ["ACME_SITE", "ACME_TOKEN"])
        #expect(spec.inputs[0] == InputSpec(key: "ACME_SITE", kind: .variable, defaultValue: "eu", isRequired: false))
        #expect(spec.inputs[1] == InputSpec(key: "ACME_TOKEN", kind: .secret, isRequired: false, hint: "Ask ops."))
        guard case .http(let backend) = spec.backend else { return #expect(Bool(false), "not http") }
        let site = Template.Placeholder(namespace: .input, key: "ACME_SITE", defaultText: "us")
        #expect(backend.baseURL.parts == [.text("https://"), .placeholder(site), .text(".acme.example")])
        #expect(backend.auth == .headers([ParameterSpec(name: "Authorization", source: .bearer("ACME_TOKEN"))]))
        #expect(
            backend.rateLimit == RateLimitSpec(extraStatuses: [403], remainingHeader: "X-Left", resetHeader: "X-Reset"))
        #expect(backend.headers == [ParameterSpec(name: "Accept", source: .literal("application/json"))])
    }

    @Test("a table keeps its filters, routes, body, paging and columns")
    func table() throws {
        let table = try #require(try parse(ManifestSamples.newer).tables.first)
        #expect(table.filters.map(\.name) == ["kind", "tags[]"] && table.filters[0].isRequired)
        #expect(table.filters[1].mode == .contains && table.filters[1].type == .boolean && table.filters[1].isLookupKey)
        #expect(table.request.method == .post)
        #expect(table.request.path.parts == [.text("/items/"), .placeholder(.init(namespace: .filter, key: "kind"))])
        #expect(
            table.request.query == [
                ParameterSpec(
                    name: "a", source: .given(.filter("kind"), as: .piece(separator: ":", part: 1, isInteger: true))),
                ParameterSpec(
                    name: "b", explode: true, source: .oneOf([.given(.filter("kind"), default: nil), .literal(7)])),
                ParameterSpec(name: "c", source: .nowEpochMinusSeconds(3600)),
            ])
        #expect(
            table.request.body
                == .json([RequestSpec.BodyField(path: ["variables", "first"], source: .literal(100))]))
        #expect(table.routes.map(\.whenFilters) == [["tags[]"]])
        #expect(table.response == ResponseSpec(rowsPath: ["data"], okPath: ["ok"], rowStrategy: .dictionaryEntries))
        #expect(table.pagination.mode == .cursorBody(path: ["variables", "after"], responsePath: ["next"]))
        #expect(table.pagination.pageSize?.bodyPath == ["variables", "first"] && table.pagination.maximumPages == 5)
        #expect(table.fetchLimitDefault == 50)
    }

    @Test("every kind of column expression is read")
    func expressions() throws {
        let table = try #require(try parse(ManifestSamples.newer).tables.first)
        let expressions = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.expression) })
        #expect(expressions["plain"] == .path(["plain"]))
        #expect(expressions["dotted"] == .path(["event.type", "0"]))
        #expect(expressions["first"] == .coalesce([.path(["a"]), .literal(0)]))
        #expect(expressions["echo"] == .fromFilter("kind"))
        #expect(expressions["joined"] == .joinArray(path: ["x"], separator: ","))
        #expect(expressions["names"] == .joinArray(path: ["x"], itemPath: ["name"], separator: ";"))
        #expect(expressions["tag"] == .tagValue(path: ["tags"], key: "env", keyField: "key", valueField: "v"))
        #expect(
            expressions["tags"]
                == .tagValue(path: ["tags"], key: "env", keyField: "key", valueField: "value", separator: ","))
        #expect(expressions["present"] == .ifPresent(check: .path(["a"]), value: "yes"))
        #expect(expressions["item"] == .firstArrayItemPath(path: ["x"], itemPath: ["id"]))
        #expect(expressions["picked"] == .objectFilterPath(path: ["x"], filter: "kind", itemPath: ["id"]))
        #expect(expressions["row"] == .currentRow && expressions["nothing"] == .null)
        #expect(expressions["at"] == .formatTimestamp(.path(["t"]), input: .milliseconds))
        #expect(expressions["decoded"] == .base64Decode(.path(["b"])))
        #expect(expressions["replaced"] == .replace(.path(["b"]), from: "-", to: ""))
        let parts: [Template.Part] = [
            .placeholder(.init(namespace: .expr, key: "n")), .text("/"),
            .placeholder(.init(namespace: .filter, key: "kind")),
        ]
        #expect(expressions["made"] == .template(Template(parts: parts), values: ["n": .path(["n"])]))
    }

    @Test("a function's arguments have the names of the call, and are bound to the names of the request")
    func functions() throws {
        let function = try #require(try parse(ManifestSamples.newer).functions.first)
        #expect(function.name == "find_items")
        #expect(
            function.filters.map(\.name) == ["q", "order"] && function.filters.map(\.binding) == ["query", "order"])
        #expect(function.filters[0].isRequired && function.filters[1].allowedValues == ["asc", "desc"])
        #expect(function.request.query.map(\.source) == [.given(.argument("query"), default: nil)])
        #expect(function.kind == .search)
        #expect(function.searchLimits == SearchLimits(defaultTopK: 5, maximumTopK: 50, maximumCalls: 5))
    }

    @Test("the older dialect's secrets and variables become inputs")
    func olderDialect() throws {
        let spec = try parse(ManifestSamples.older)
        #expect(
            spec.inputs == [
                InputSpec(key: "ACME_SITE", kind: .variable, defaultValue: "eu", isRequired: false),
                InputSpec(key: "ACME_TOKEN", kind: .secret, isRequired: true),
                InputSpec(key: "ACME_TEAM", kind: .variable, isRequired: true),
            ])
        guard case .http(let backend) = spec.backend else { return #expect(Bool(false), "not http") }
        let token = Template(parts: [.text("Token "), .placeholder(.init(namespace: .input, key: "ACME_TOKEN"))])
        #expect(backend.auth == .headers([ParameterSpec(name: "Authorization", source: .template(token))]))
        #expect(spec.tables[0].request.query.map(\.source) == [.input("ACME_TEAM", default: nil)])
    }

    @Test("a file source keeps the location of its files, and its partitions and metadata are columns")
    func files() throws {
        let source = try parse(ManifestSamples.file)
        let expected = FileTableSpec(
            format: .jsonl, location: Template(literal: "file://~/logs"), glob: "**/*.log",
            partitions: [.init(name: "day"), .init(name: "host", type: .int64, place: .segment(1))],
            metadata: [.init(name: "path", kind: .relativePath), .init(name: "line", kind: .lineNumber)])
        #expect(source.backend == .file(["logs": expected]))
        #expect(source.tables[0].columns.map(\.name) == ["text", "line", "day", "host", "path"])
        #expect(source.tables[0].filters.map(\.name) == ["day", "host"])
    }

    @Test("the older jsonl backend keeps expressions and filters, and a csv table its delimiter")
    func olderFiles() throws {
        let older = try parse(ManifestSamples.olderFile)
        #expect(
            older.backend
                == .file(["events": FileTableSpec(format: .jsonl, location: Template(literal: "file:///var/events"))]))
        #expect(older.tables[0].columns.map(\.expression) == [.path(["payload", "kind"]), .fromFilter("session")])
        #expect(older.tables[0].filters.map(\.isRequired) == [true])
        guard case .file(let files) = try parse(ManifestSamples.csv).backend else { return #expect(Bool(false)) }
        #expect(files["rows"]?.delimiter == UInt8(ascii: ";") && files["rows"]?.hasHeader == false)
        #expect(files["rows"]?.glob == "**/*.csv")
    }

    @Test("MCP sources are read and marked as such")
    func mcp() throws {
        let mcp = try parse(ManifestSamples.mcp)
        #expect(mcp.backend == .mcp && mcp.tables[0].filters.map(\.name) == ["team"])
    }

    @Test("AWS signatures keep their parameters")
    func signature() throws {
        let spec = try parse(ManifestSamples.signed)
        guard case .http(let backend) = spec.backend else { return #expect(Bool(false), "not http") }
        func input(_ key: String, default text: String? = nil) -> Template {
            Template(parts: [.placeholder(.init(namespace: .input, key: key, defaultText: text))])
        }
        let expected = AWSSignatureSpec(
            service: "logs", region: Template(literal: "eu-west-1"), accessKeyID: input("AWS_ACCESS_KEY_ID"),
            secretAccessKey: input("AWS_SECRET_ACCESS_KEY"), sessionToken: input("AWS_SESSION_TOKEN", default: ""))
        #expect(backend.auth == .awsSignature(expected))
    }

    @Test("real manifests may omit the headers of an empty authorisation and the names of keys")
    func leftOut() throws {
        func spec(_ top: String) throws -> SourceSpec {
            try parse(
                """
                dsl_version: 3
                name: acme
                version: 1.0.0
                backend: http
                base_url: https://acme.example
                \(top)
                tables:
                  - name: items
                    description: Items.
                    request: {path: /items, query: []}
                    response: {}
                    columns: [{name: id, type: Utf8}]
                """)
        }
        for auth in ["auth: {type: HeaderAuth}", "auth: {type: HeaderAuth, headers: []}", ""] {
            guard case .http(let backend) = try spec(auth).backend else { return #expect(Bool(false), "not http") }
            #expect(backend.auth == .none)
        }
        let inputs = try spec(
            "inputs: {ACME_CREDENTIALS_PATH: {kind: variable}, TOKENS_PER_PAGE: {kind: variable, default: \"5\"}}"
        ).inputs
        #expect(inputs.map(\.isRequired) == [true, false])
    }

    @Test("a damaged manifest is rejected or read, and never crashes")
    func damage() {
        let document = Array(ManifestSamples.newer.utf8)
        var state: UInt64 = 7
        for _ in 0..<400 {
            var bytes = document
            for _ in 0..<2 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20) & 0x7F
            }
            do {
                let spec = try parse(String(decoding: bytes, as: UTF8.self))
                #expect(!spec.name.isEmpty)
            } catch let error as ManifestDiagnostics {
                #expect(
                    error.all.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.reason.isEmpty && !$0.remedy.isEmpty })
            } catch {
                Issue.record(error)
            }
        }
    }
}
