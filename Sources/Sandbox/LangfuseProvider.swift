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
        guard request.path.hasPrefix(Self.root) else { return Self.notFound }
        let (path, mode) = (String(request.path.dropFirst(Self.root.count)), world.read(\.langfuse))
        if mode == .v1, let api = Self.newAPIs[path] { return Self.needsV2(api, world.read(\.langfuseRefusal)) }
        if mode == .v2, Self.oldAPIs.contains(path) { return Self.needsV1 }
        if path.hasSuffix("observations"), let status = tooLong(request) {
            return Self.refusal(status, "Internal Server Error", "Request timed out")
        }
        switch path {
        case "v2/observations": return LangfuseObservations(world: world).byCursor(request)
        case "observations": return LangfuseObservations(world: world).byPage(request)
        case "v2/metrics": return LangfuseMetrics(observations: world.read(\.observations)).answer(request)
        case "v2/scores": return LangfuseScores(world: world).byPage(request)
        case "v3/scores": return LangfuseScores(world: world).byCursor(request)
        case "projects": return .json(object(data: [Self.projectRow]))
        case "traces": return LangfuseTraces(world: world).traces(request)
        case "sessions": return LangfuseTraces(world: world).sessions(request)
        case "models", "score-configs": return Self.page(world.list(.langfuse, path) ?? [], request) { $0 }
        default: return LangfusePrompts(world: world).answer(path, request) ?? Self.notFound
        }
    }

    private static let root = "/api/public/"
    private static let newAPIs = ["v2/observations": "observations", "v2/metrics": "metrics", "v3/scores": "scores"]
    private static let oldAPIs: Set = ["observations", "v2/scores", "traces", "sessions"]
    private static let notFound = WebResponse.json(#"{"message":"Not found"}"#, status: 404)

    /// The status for a window that is longer than the server can read.
    private func tooLong(_ request: WebRequest) -> Int? {
        guard let (span, status) = world.read(\.longestWindow), let from = request.moment("fromStartTime") else {
            return nil
        }
        return (request.moment("toStartTime") ?? world.clock.now()) - from > span ? status : nil
    }

    private static func needsV2(_ api: String, _ refusal: SandboxWorld.LangfuseRefusal) -> WebResponse {
        switch refusal {
        case .webPage: return FaultyAnswer.loginPage
        case .emptyList: return .json(object(data: [JSONValue](), meta: object()))
        case .status(404): break
        case .status(let status): return Self.refusal(status, "This API is not offered.", "NotImplementedError")
        }
        let message = "The \(api) v2 API is only available in a Langfuse v4 write mode."
        return Self.refusal(404, message, "LangfuseNotFoundError")
    }

    private static let needsV1 = WebResponse.json(
        #"{"message":"This endpoint is not available on deployments running in Langfuse v4 events_only mode."}"#,
        status: 404)

    static func refusal(_ status: Int, _ message: String, _ error: JSONValue) -> WebResponse {
        .json(object(message: message, error: error), status: status)
    }

    /// The answer to parameters that Langfuse's schema refuses; it names them.
    static func invalid(_ parameters: String...) -> WebResponse {
        refusal(400, "Invalid request data", .array(parameters.map { object(path: [$0], code: "invalid") }))
    }

    private static let projectRow: JSONValue = object(
        id: project, name: "acme-assistant", organization: object(id: "organisation-1", name: "Acme"),
        metadata: object(team: "assistant"))

    /// A list by page number, the way of all of Langfuse's older APIs: 100 at most, 50 at first. `write` makes the JSON of
    /// the rows of the page.
    static func page<Row>(_ rows: [Row], _ request: WebRequest, write: ([Row]) -> [JSONValue]) -> WebResponse {
        let limit = Int(request.queryValue("limit") ?? "50") ?? 0
        let page = Int(request.queryValue("page") ?? "1") ?? 0
        guard (1...100).contains(limit) else { return invalid("limit") }
        guard (1...1_000_000_000).contains(page) else { return invalid("page") }
        let meta: JSONValue = object(
            page: page, limit: limit, totalItems: rows.count, totalPages: (rows.count + limit - 1) / limit)
        let data = write(Array(rows.dropFirst((page - 1) * limit).prefix(limit)))
        return .json(object(data: data, meta: meta))
    }
}
