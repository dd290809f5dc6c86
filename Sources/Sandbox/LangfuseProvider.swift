import Basics
import JSON
import WebServer

/// Langfuse's reading APIs: observations of v2 by cursor and of v1 by page, and who answers for the rest.
struct LangfuseProvider: Sendable {
    static let publicKey = "pk-lf-sandbox-0001"
    static let secretKey = "sk-lf-sandbox-0001"
    static let project = "project-1"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        if request.path == "/api/public/health" { return .json(#"{"status":"OK","version":"4.16.0"}"#) }
        guard Authorization.isBasic(request, user: Self.publicKey, password: Self.secretKey) else {
            return .json(
                #"{"message":"Invalid credentials. Confirm that you've configured the correct host."}"#, status: 401)
        }
        let mode = world.read(\.langfuse)
        switch request.path {
        case "/api/public/v2/observations":
            return mode == .v1 ? Self.needsV2("observations") : observations(request)
        case "/api/public/observations": return mode == .v2 ? Self.needsV1 : oldObservations(request)
        case "/api/public/v2/metrics":
            guard mode != .v1 else { return Self.needsV2("metrics") }
            return LangfuseMetrics(observations: world.read(\.observations)).answer(request)
        case "/api/public/v2/scores": return mode == .v2 ? Self.needsV1 : LangfuseScores(world: world).byPage(request)
        case "/api/public/v3/scores":
            return mode == .v1 ? Self.needsV2("scores") : LangfuseScores(world: world).byCursor(request)
        case "/api/public/projects": return .json(JSONValue.fields(["data": [Self.projectRow]]).serialized)
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
        .json(JSONValue.fields(["message": .string(message), "error": error]).serialized, status: status)
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
        return .json(JSONValue.fields(["data": .array(data), "meta": meta]).serialized)
    }

    // MARK: v2

    /// Newest first; a page is by chance short or empty while a cursor says that there is more.
    private func observations(_ request: WebRequest) -> WebResponse {
        guard let limit = Int(request.queryValue("limit") ?? "50"), (0...1000).contains(limit) else {
            return Self.invalid("limit")
        }
        let rows = matching(request)
        let offset = request.queryValue("cursor").flatMap(Cursor.read) ?? 0
        guard offset <= rows.count else { return .json(#"{"message":"Invalid cursor"}"#, status: 400) }
        // Every seventh cursor leads to an empty page first, as the real API may.
        let isEmptyPage = offset > 0 && offset % 7 == 0 && request.queryValue("cursor")?.hasSuffix("-") == false
        let page = isEmptyPage ? [] : Array(rows.dropFirst(offset).prefix(limit))
        let next = offset + page.count
        let groups = Set((request.queryValue("fields") ?? "core,basic").split(separator: ",").map(String.init))
        let cursor: JSONValue? =
            next < rows.count ? .string(Cursor.write(next) + (isEmptyPage ? "-" : "")) : nil
        return .json(
            JSONValue.fields([
                "data": .array(page.map { Self.row($0, groups) }), "meta": .fields(["cursor": cursor]),
            ]).serialized)
    }

    private func matching(_ request: WebRequest) -> [SandboxObservation] {
        func value(_ name: String) -> String? { request.queryValue(name).flatMap { $0.isEmpty ? nil : $0 } }
        let from = value("fromStartTime").flatMap { Instant(iso8601: $0) }
        let to = value("toStartTime").flatMap { Instant(iso8601: $0) }
        let (trace, type, name, level) = (value("traceId"), value("type"), value("name"), value("level"))
        let (user, session) = (value("userId"), value("sessionId"))
        let parent = value("parentObservationId")
        let all = world.read(\.observations)
        let first = from.map { Self.index(of: $0, in: all) } ?? 0
        let end = to.map { Self.index(of: $0, in: all) } ?? all.count
        guard first < end else { return [] }
        let hasFilter = [trace, type, name, level, user, session, parent].contains { $0 != nil }
        guard hasFilter else { return all[first..<end].reversed() }
        return all[first..<end].reversed().filter { row in
            (trace.map { row.traceID == $0 } ?? true) && (type.map { row.type == $0 } ?? true)
                && (name.map { row.name == $0 } ?? true) && (level.map { row.level == $0 } ?? true)
                && (user.map { row.userID == $0 } ?? true) && (session.map { row.sessionID == $0 } ?? true)
                && (parent.map { row.parentID == $0 } ?? true)
        }
    }

    /// Where the first observation stands that is not before `instant`.
    private static func index(of instant: Instant, in rows: [SandboxObservation]) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].start < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Fields of groups that were not asked for are absent.
    private static func row(_ row: SandboxObservation, _ groups: Set<String>) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ group: String, _ fields: KeyValuePairs<String, JSONValue>) {
            guard group == "core" || groups.contains(group) else { return }
            members += fields.map { JSONValue.Member($0, $1) }
        }
        let end = row.start + .seconds(row.latency)
        add(
            "core",
            [
                "id": .string(row.id), "traceId": .string(row.traceID), "startTime": JSONValue(row.start),
                "endTime": row.isOpen ? .null : JSONValue(end), "projectId": .string(project),
                "parentObservationId": JSONValue(row.parentID),
                "type": .string(row.type),
            ])
        add(
            "basic",
            [
                "name": .string(row.name), "level": .string(row.level), "statusMessage": "", "version": "",
                "environment": "production", "bookmarked": false, "public": false, "userId": .string(row.userID),
                "sessionId": .string(row.sessionID), "isRootObservation": .bool(row.parentID == nil),
            ])
        add("time", ["createdAt": JSONValue(end), "updatedAt": JSONValue(end), "completionStartTime": .null])
        add("io", ["input": .string(row.input), "output": .string(row.output)])
        add("model", ["providedModelName": .string(row.model), "modelParameters": "{}"])
        add(
            "usage",
            [
                "usageDetails": [
                    "input": JSONValue(row.inputTokens), "output": JSONValue(row.outputTokens),
                    "total": JSONValue(row.inputTokens + row.outputTokens),
                ],
                "costDetails": ["total": .number(row.cost)], "totalCost": .number(row.cost),
            ])
        add(
            "prompt",
            [
                "promptName": .string(row.promptName), "promptVersion": JSONValue(row.promptVersion), "promptId": .null,
            ])
        add("metrics", ["latency": .number(row.latency), "timeToFirstToken": .null])
        add("trace_context", ["tags": [], "release": "", "traceName": .string(row.traceName)])
        return .object(members)
    }

    // MARK: v1

    private func oldObservations(_ request: WebRequest) -> WebResponse {
        Self.page(matching(request), request) { $0.map(Self.oldRow) }
    }

    private static func oldRow(_ row: SandboxObservation) -> JSONValue {
        let end = row.start + .seconds(row.latency)
        let total = row.inputTokens + row.outputTokens
        return [
            "id": .string(row.id), "projectId": .string(project), "traceId": .string(row.traceID),
            "parentObservationId": JSONValue(row.parentID), "name": .string(row.name), "type": .string(row.type),
            "environment": "production", "startTime": JSONValue(row.start),
            "endTime": row.isOpen ? .null : JSONValue(end),
            "version": .null, "createdAt": JSONValue(end), "updatedAt": JSONValue(end), "input": .string(row.input),
            "output": .string(row.output), "metadata": [:], "level": .string(row.level), "statusMessage": .null,
            "model": .string(row.model), "modelParameters": [:], "promptName": .string(row.promptName),
            "promptVersion": JSONValue(row.promptVersion),
            "usage": [
                "unit": "TOKENS", "input": JSONValue(row.inputTokens), "output": JSONValue(row.outputTokens),
                "total": JSONValue(total),
            ],
            "usageDetails": [
                "input": JSONValue(row.inputTokens), "output": JSONValue(row.outputTokens), "total": JSONValue(total),
            ],
            "costDetails": ["total": .number(row.cost)], "calculatedTotalCost": .number(row.cost),
            "latency": .number(row.latency),
        ]
    }

    /// Opaque to the client: nothing but the offset.
    private enum Cursor {
        static func write(_ offset: Int) -> String { "b" + String(offset, radix: 36) }

        static func read(_ text: String) -> Int? {
            Int(text.dropFirst().filter { $0 != "-" }, radix: 36)
        }
    }
}

/// The two ways in which the simulated providers are told who asks.
enum Authorization {
    static func isBearer(_ request: WebRequest, token: String) -> Bool {
        let header = request.header("authorization") ?? ""
        return header == "Bearer \(token)" || header == "token \(token)"
    }

    static func isBasic(_ request: WebRequest, user: String, password: String) -> Bool {
        request.header("authorization") == "Basic " + base64("\(user):\(password)")
    }

    private static func base64(_ text: String) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let padded = Array(group) + Array(repeating: 0, count: 3 - group.count)
            let number = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
            for place in 0..<4 {
                result.append(place <= group.count ? digits[number >> (18 - 6 * place) & 63] : "=")
            }
        }
        return result
    }
}
