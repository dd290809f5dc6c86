package import Basics
package import WebServer

/// The kill flag over HTTP: an agent checks before each step whether it may continue.
///
/// `GET /v1/kill?trace=…&agent=…` answers `{"kill":true,"trace":…,"reason":…,"since":…}` or `{"kill":false}`, with an
/// ETag, so that an agent that sends `If-None-Match` usually gets an empty 304.
package struct KillFlagRoutes: Sendable {
    package static let path = "/v1/kill"
    private let flags: KillFlags
    private let clock: WallClock

    package init(flags: KillFlags, clock: WallClock) {
        self.flags = flags
        self.clock = clock
    }

    /// Nil for other paths.
    package func respond(_ request: WebRequest) -> WebResponse? {
        guard request.path == Self.path else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .refusal(405, "Use GET.", headers: [.init("Allow", "GET, HEAD")])
        }
        guard let trace = request.queryValue("trace"), !trace.isEmpty else {
            return .refusal(400, "Missing trace. Usage: GET \(Self.path)?trace=<trace id>&agent=<agent name>.")
        }
        guard trace.utf8.count <= 1024, (request.queryValue("agent") ?? "").utf8.count <= 1024 else {
            return .refusal(400, "A trace id and an agent name have at most 1024 bytes.")
        }
        let flag = flags.check(trace: trace, agent: request.queryValue("agent"), now: clock.now())
        return answer(flag, known: request.header("if-none-match"))
    }

    private func answer(_ flag: KillFlags.Flag?, known: String?) -> WebResponse {
        let body = flag.map(Self.document) ?? ["kill": false]
        let tag = "\"\(Fingerprint(body.serialized))\""
        let headers = [WebRequest.Field("ETag", tag), WebRequest.Field("Cache-Control", "no-cache")]
        let tags = (known ?? "").split(separator: ",").map { String($0).trimmed }
        if tags.contains(where: { $0 == tag || $0 == "W/" + tag || $0 == "*" }) {
            return WebResponse(status: 304, headers: headers)
        }
        return .json(body.serialized, headers: headers)
    }

    static func document(_ flag: KillFlags.Flag) -> JSONValue {
        [
            "kill": true, "trace": .string(flag.trace), "reason": .string(flag.reason),
            "since": .string(flag.since.iso8601),
        ]
    }
}
