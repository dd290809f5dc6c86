import Basics
import WebServer

/// Langfuse's reading APIs: which of them are there, and who answers for each.
struct LangfuseProvider: Sendable {
    static let publicKey = "pk-lf-sandbox-0001"
    static let secretKey = "sk-lf-sandbox-0001"
    static let project = "project-1"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        if request.path == "/api/public/health" { return .json(#"{"status":"OK","version":"4.16.0"}"#) }
        guard request.isBasic(user: Self.publicKey, password: Self.secretKey) else {
            return .json(
                #"{"message":"Invalid credentials. Confirm that you've configured the correct host."}"#, status: 401)
        }
        let mode = world.read(\.langfuse)
        switch request.path {
        case "/api/public/v2/observations":
            return mode == .v1 ? Self.needsV2("observations") : LangfuseObservations(world: world).byCursor(request)
        case "/api/public/observations":
            return mode == .v2 ? Self.needsV1 : LangfuseObservations(world: world).byPage(request)
        case "/api/public/v2/metrics":
            guard mode != .v1 else { return Self.needsV2("metrics") }
            return LangfuseMetrics(observations: world.read(\.observations)).answer(request)
        case "/api/public/v2/scores": return mode == .v2 ? Self.needsV1 : LangfuseScores(world: world).byPage(request)
        case "/api/public/v3/scores":
            return mode == .v1 ? Self.needsV2("scores") : LangfuseScores(world: world).byCursor(request)
        case "/api/public/projects": return .json(["data": [Self.projectRow]])
        case "/api/public/traces": return mode == .v2 ? Self.needsV1 : LangfuseTraces(world: world).traces(request)
        case "/api/public/sessions": return mode == .v2 ? Self.needsV1 : LangfuseTraces(world: world).sessions(request)
        case "/api/public/models", "/api/public/score-configs":
            let path = String(request.path.dropFirst("/api/public/".count))
            return Self.page(world.read { $0.lists[.langfuse]?[path] } ?? [], request) { $0 }
        default:
            return LangfusePrompts(world: world).answer(request)
                ?? .json(#"{"message":"Not found"}"#, status: 404)
        }
    }

    private static func needsV2(_ api: String) -> WebResponse {
        let message = "The \(api) v2 API is only available in a Langfuse v4 write mode."
        return refusal(404, message, "LangfuseNotFoundError")
    }

    private static let needsV1 = WebResponse.json(
        #"{"message":"This endpoint is not available on deployments running in Langfuse v4 events_only mode."}"#,
        status: 404)

    static func refusal(_ status: Int, _ message: String, _ error: JSONValue) -> WebResponse {
        .json(["message": .string(message), "error": error], status: status)
    }

    /// The answer to parameters that Langfuse's schema refuses; it names them.
    static func invalid(_ parameters: String...) -> WebResponse {
        refusal(400, "Invalid request data", .array(parameters.map { ["path": [.string($0)], "code": "invalid"] }))
    }

    private static let projectRow: JSONValue = [
        "id": .string(project), "name": "acme-assistant", "organization": ["id": "organisation-1", "name": "Acme"],
        "metadata": ["team": "assistant"],
    ]

    /// A list by page number, the way of all of Langfuse's older APIs: 100 at most, 50 at first. `write` makes the JSON of
    /// the rows of the page.
    static func page<Row>(_ rows: [Row], _ request: WebRequest, write: ([Row]) -> [JSONValue]) -> WebResponse {
        let limit = Int(request.queryValue("limit") ?? "50") ?? 0
        let page = Int(request.queryValue("page") ?? "1") ?? 0
        guard (1...100).contains(limit) else { return invalid("limit") }
        guard (1...1_000_000_000).contains(page) else { return invalid("page") }
        let meta: JSONValue = [
            "page": JSONValue(page), "limit": JSONValue(limit), "totalItems": JSONValue(rows.count),
            "totalPages": JSONValue((rows.count + limit - 1) / limit),
        ]
        let data = write(Array(rows.dropFirst((page - 1) * limit).prefix(limit)))
        return .json(["data": .array(data), "meta": meta])
    }
}
