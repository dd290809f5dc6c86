import Basics
import HTTPClient
import JSON
import SourceFetch
import Testing
import WebServer

@testable import SourceSpec

@Suite("Requests")
struct RequestTests {
    /// Answers with the request as one row of columns `line` and `auth`.
    private func mirror() throws -> Provider {
        try Provider { request, _ in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
            let row: JSONValue = [
                "line": .string("\(request.method) \(request.path) \(query)"),
                "auth": JSONValue(request.header("authorization")),
                "key": JSONValue(request.header("x-key")),
                "agent": JSONValue(request.header("user-agent")),
                "body": .string(String(decoding: request.body, as: UTF8.self)),
            ]
            return .json(JSONValue.array([row]).serialized)
        }
    }

    private func table(_ request: RequestSpec, filters: [FilterSpec] = [], routes: [RouteSpec] = []) -> TableSpec {
        TableSpec(
            name: "echo", filters: filters, request: request, routes: routes,
            columns: ["line", "auth", "key", "agent", "body"].map { ColumnSpec(name: $0, type: .utf8) })
    }

    private func placeholder(_ namespace: Template.Placeholder.Namespace, _ key: String, _ fallback: String? = nil)
        -> Template.Part
    {
        .placeholder(.init(namespace: namespace, key: key, defaultText: fallback))
    }

    @Test("Every value source resolves as in the manifest language, and a missing value is not sent")
    func valueSources() async throws {
        let provider = try mirror()
        let sources: [(String, ValueSource)] = [
            ("literal", .literal("a b&c")), ("null", .literal(nil)), ("list", .literal(["x", 1])),
            (
                "template",
                .template(
                    Template(parts: [.text("is:"), placeholder(.filter, "state"), placeholder(.input, "NONE", "|x")]))
            ),
            (
                "one",
                .oneOf([.given(.filter("absent"), default: nil), .literal(""), .given(.filter("state"), default: nil)])
            ),
            ("filter", .given(.filter("state"), default: nil)), ("default", .given(.filter("absent"), default: "d")),
            ("absent", .given(.filter("absent"), default: nil)),
            ("int", .given(.filter("number"), as: .integer, default: nil)),
            ("bool", .given(.filter("flag"), as: .bool, default: nil)),
            ("strings", .given(.filter("tags"), as: .strings, default: nil)),
            ("split", .given(.filter("repo"), as: .piece(separator: "/", part: 1))),
            ("beyond", .given(.filter("repo"), as: .piece(separator: "/", part: 2))),
            ("splitInt", .given(.filter("range"), as: .piece(separator: "-", part: 0, isInteger: true))),
            ("arg", .given(.argument("bound"), default: nil)),
            ("argInt", .given(.argument("number"), as: .integer, default: nil)),
            ("argBool", .given(.argument("flag"), as: .bool, default: nil)),
            ("argSplit", .given(.argument("repo"), as: .piece(separator: "/", part: 0))),
            ("argSplitInt", .given(.argument("range"), as: .piece(separator: "-", part: 1, isInteger: true))),
            ("input", .input("ORG", default: nil)),
            ("bearer", .bearer("ORG")), ("page", .state("page")), ("ago", .nowEpochMinusSeconds(60)),
        ]
        var query = sources.map { ParameterSpec(name: $0.0, source: $0.1) }
        query.append(
            ParameterSpec(name: "id[]", explode: true, source: .given(.filter("tags"), as: .strings, default: nil)))
        let filters: [FilterSpec] =
            ["state", "absent", "number", "flag", "tags", "repo", "range"].map { FilterSpec(name: $0) }
            + [FilterSpec(name: "own", binding: "bound")]
        let (rows, _) = try await provider.read(
            table(RequestSpec(path: Template(literal: "/q"), query: query), filters: filters),
            of: { .sample(at: $0, inputs: [InputSpec(key: "ORG", kind: .variable)]) },
            filters: [
                "state": "open é", "number": "42", "flag": 1, "tags": "p,q", "repo": "acme/app", "range": "3-9",
                "own": 7,
            ], inputs: ["ORG": "acme"])
        let expected =
            "literal=a b&c&null=&list=[\"x\",1]&template=is:open é|x&one=open é&filter=open é&default=d&int=42&bool=true"
            + "&strings=[\"p\",\"q\"]&split=app&splitInt=3&arg=7&argInt=42&argBool=true&argSplit=acme&argSplitInt=9"
            + "&input=acme&bearer=Bearer acme&ago=1795489140&id[]=p&id[]=q"
        #expect(rows[0][0] == .text("GET /q " + expected))
    }

    @Test("A segment of digits in the path of a body creates a list, and JSON text with a list is one")
    func bodyLists() async throws {
        let provider = try mirror()
        let fields = [
            RequestSpec.BodyField(path: ["groups", "0", "type"], source: .literal("DIMENSION")),
            RequestSpec.BodyField(path: ["groups", "0", "key"], source: .given(.filter("key"), default: nil)),
            RequestSpec.BodyField(path: ["metrics", "1"], source: .literal("cost")),
            RequestSpec.BodyField(path: ["streams"], source: .given(.filter("streams"), as: .strings, default: nil)),
            RequestSpec.BodyField(path: ["99999999"], source: .literal("a name")),
        ]
        _ = try await provider.read(
            table(
                RequestSpec(method: .post, path: Template(literal: "/q"), body: .json(fields)),
                filters: ["key", "streams"].map { FilterSpec(name: $0) }),
            filters: ["key": "SERVICE", "streams": #"["a,b","c"]"#])
        #expect(
            String(decoding: provider.asked[0].body, as: UTF8.self)
                == #"{"groups":[{"type":"DIMENSION","key":"SERVICE"}],"metrics":[null,"cost"],"streams":["a,b","c"],"99999999":"a name"}"#
        )
    }

    @Test("A variable that needs no value is empty in a template; a secret, or a variable that needs one, is missing")
    func optionalVariables() async throws {
        let provider = try mirror()
        let echo = table(RequestSpec(path: Template(parts: [.text("/x"), placeholder(.input, "SUFFIX")])))
        for kind in [InputSpec.Kind.variable, .secret] {
            let inputs = [InputSpec(key: "SUFFIX", kind: kind, isRequired: false)]
            let error = await sourceError {
                _ = try await provider.read(echo, of: { .sample(at: $0, inputs: inputs) })
            }
            #expect((error == nil) == (kind == .variable))
        }
        #expect(provider.asked.map(\.path) == ["/x"])
    }

    @Test("A value in the path stays one segment, and `..` is rejected")
    func pathSegments() async throws {
        let provider = try mirror()
        let path = Template(parts: [.text("/repos/"), placeholder(.filter, "owner"), .text("/x")])
        let echo = table(RequestSpec(path: path), filters: [FilterSpec(name: "owner", isRequired: true)])
        _ = try await provider.read(echo, filters: ["owner": "a/../b?c=d#e"])
        #expect(provider.asked[0].path == "/repos/a/../b?c=d#e/x" && provider.asked[0].query.isEmpty)
        let climbing = await sourceError { _ = try await provider.read(echo, filters: ["owner": ".."]) }
        #expect(climbing?.kind == .missingFilter)
        #expect(provider.asked.count == 1)
    }

    @Test("A missing required filter, or an invalid integer, is an error before any call")
    func filterErrors() async throws {
        let provider = try mirror()
        let required = table(
            RequestSpec(path: Template(literal: "/x")), filters: [FilterSpec(name: "repo", isRequired: true)])
        let missing = await sourceError { _ = try await provider.read(required) }
        #expect(missing?.kind == .missingFilter)
        #expect(missing?.description == "acme: acme.echo requires repo. Add `WHERE repo = '…'`.")
        let query = [ParameterSpec(name: "n", source: .given(.filter("n"), as: .integer, default: nil))]
        let number = await sourceError {
            _ = try await provider.read(
                table(RequestSpec(path: Template(literal: "/x"), query: query), filters: [FilterSpec(name: "n")]),
                filters: ["n": "many"])
        }
        #expect(number?.reason.contains("takes a whole number for n") == true)
        let limited = table(
            RequestSpec(path: Template(literal: "/x")), filters: [FilterSpec(name: "kind", allowedValues: ["a", "b"])])
        let unknown = await sourceError { _ = try await provider.read(limited, filters: ["kind": "c"]) }
        #expect(unknown?.remedy == "Use one of a, b.")
        #expect(provider.asked.isEmpty)
    }

    @Test("A query in the path is sent first, and a function requires its argument by name")
    func fixedQueryAndFunctions() async throws {
        let provider = try mirror()
        let path = Template(literal: "/x?kind=a/b")
        let query = [ParameterSpec(name: "n", source: .literal(1))]
        let read = try await provider.read(table(RequestSpec(path: path, query: query)))
        #expect(read.rows[0][0] == "GET /x kind=a/b&n=1")
        let function = table(RequestSpec(path: path), filters: [FilterSpec(name: "channel", isRequired: true)])
        var source = SourceSpec.sample(at: provider.url)
        source.functions = [function]
        let error = await sourceError { _ = try await provider.fetcher().rows(Scan(source: source, table: function)) }
        #expect(error?.remedy == "Pass `channel => '…'`.")
    }

    @Test("The route with the most matching filters is used")
    func routes() async throws {
        let provider = try mirror()
        func route(_ filters: [String], _ path: String) -> RouteSpec {
            RouteSpec(whenFilters: filters, request: RequestSpec(path: Template(literal: path)))
        }
        let echo = table(
            RequestSpec(path: Template(literal: "/all")), filters: [FilterSpec(name: "a"), FilterSpec(name: "b")],
            routes: [route(["a"], "/a"), route(["b"], "/b"), route(["a", "b"], "/ab")])
        for filters: [String: Value] in [[:], ["b": "1"], ["a": "1", "b": "2"]] {
            _ = try await provider.read(echo, filters: filters)
        }
        #expect(provider.asked.map(\.path) == ["/all", "/b", "/ab"])
    }

    @Test(
        "Authorisation is sent as headers or Basic, takes precedence over other headers, and User-Agent is always sent")
    func authorisation() async throws {
        let provider = try mirror()
        let inputs = [InputSpec(key: "PK", kind: .secret), InputSpec(key: "SK", kind: .secret)]
        let echo = table(RequestSpec(path: Template(literal: "/x")))
        let basic = AuthSpec.basic(
            username: Template(parts: [placeholder(.input, "PK")]),
            password: Template(parts: [placeholder(.input, "SK")]))
        let first = try await provider.read(
            echo, of: { .sample(at: $0, auth: basic, inputs: inputs) }, inputs: ["PK": "Aladdin", "SK": "open sesame"])
        #expect(first.rows[0][1] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(first.rows[0][3] == "sentinel")
        let headers = AuthSpec.headers([
            ParameterSpec(name: "Authorization", source: .bearer("PK")),
            ParameterSpec(name: "X-Key", source: .input("SK", default: nil)),
        ])
        let second = try await provider.read(
            echo,
            of: {
                .sample(
                    at: $0, auth: headers, inputs: inputs,
                    headers: [ParameterSpec(name: "authorization", source: .literal("no"))])
            }, inputs: ["PK": "token-1", "SK": "s\r\nX-Evil: 1"])
        #expect(second.rows[0][1] == "Bearer token-1")
        #expect(second.rows[0][2] == "sX-Evil: 1")
    }

    @Test("A text body is sent unchanged, and an empty POST has no body")
    func textBody() async throws {
        let provider = try mirror()
        let text = RequestSpec.Body.text(
            .template(Template(parts: [.text("SELECT "), placeholder(.filter, "x", "1")])))
        let sent = try await provider.read(
            table(
                RequestSpec(method: .post, path: Template(literal: "/x"), body: text), filters: [FilterSpec(name: "x")])
        )
        #expect(sent.rows[0][4] == "SELECT 1")
        let empty = try await provider.read(table(RequestSpec(method: .post, path: Template(literal: "/x"))))
        #expect(empty.rows[0][0] == "POST /x " && empty.rows[0][4] == "")
    }

    @Test("The address of the overlay's variable replaces the manifest's, and a shared path is written once")
    func baseAddress() async throws {
        let provider = try mirror()
        let source: @Sendable (String) -> SourceSpec = { _ in
            .sample(at: "https://unused.invalid", overlay: SourceOverlay(baseURLInput: "ACME_BASE_URL"))
        }
        let echo = table(RequestSpec(path: Template(literal: "/api/list/")))
        for suffix in ["", "/", "/api", "/deep/api/"] {
            _ = try await provider.read(echo, of: source, inputs: ["ACME_BASE_URL": provider.url + suffix])
        }
        #expect(provider.asked.map(\.path) == ["/api/list/", "/api/list/", "/api/list/", "/deep/api/list/"])
        let wrong = await sourceError {
            _ = try await provider.read(echo, of: source, inputs: ["ACME_BASE_URL": "file:///etc"])
        }
        #expect(wrong?.kind == .notConfigured && wrong?.remedy.contains("ACME_BASE_URL") == true)
    }

    @Test("A source without its keys is not configured, and the error names every missing variable")
    func notConfigured() async throws {
        let provider = try mirror()
        let inputs = [
            InputSpec(key: "A_KEY", kind: .secret), InputSpec(key: "B_ORG", kind: .variable),
            InputSpec(key: "C", kind: .variable, defaultValue: "c"),
            InputSpec(key: "D", kind: .secret, isRequired: false),
        ]
        let error = await sourceError {
            _ = try await provider.read(
                table(RequestSpec(path: Template(literal: "/x"))), of: { .sample(at: $0, inputs: inputs) },
                inputs: ["B_ORG": ""])
        }
        #expect(error?.kind == .notConfigured)
        #expect(
            error?.description
                == "acme: not configured: A_KEY, B_ORG are not set. Set A_KEY, B_ORG in the environment or .env.")
    }

    @Test("Parts of the manifest that are not supported are an error")
    func unsupported() async throws {
        let provider = try mirror()
        let echo = table(RequestSpec(path: Template(literal: "/x")))
        var files = SourceSpec.sample(at: provider.url)
        files.backend = .file([:])
        var tools = SourceSpec.sample(at: provider.url)
        tools.backend = .mcp
        for source in [files, tools] {
            let error = await sourceError { _ = try await provider.fetcher().rows(Scan(source: source, table: echo)) }
            #expect(error?.kind == .unsupported)
            #expect(error?.reason.contains("which Sentinel does not support") == true)
        }
    }
}
