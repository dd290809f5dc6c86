import Basics
import IncidentStore
import JSON
import OnCallModel
import WebServer

extension API {
    static let records: [Route] = [
        Route(
            method: .get, path: "/api/risk/history",
            summary: "Costs and errors after changes of files, the latest first",
            query: [.limit(50)],
            answer: .list(
                .object(
                    .of([
                        "file_path": .string, "commit_sha": .nullable(.string), "change_date": .nullable(.instant),
                        "cost_delta": .number, "error_delta": .integer, "risk_score": .number,
                    ]))),
            handler: .read { store, request in
                .array(
                    try store.fileRisks(limit: request.limit(50)).map { risk in
                        [
                            "file_path": .string(risk.path), "commit_sha": JSONValue(risk.sha),
                            "change_date": JSONValue(risk.changedAt), "cost_delta": .number(risk.costDelta),
                            "error_delta": JSONValue(risk.errorDelta), "risk_score": .number(risk.score),
                        ]
                    })
            }),
        Route(
            method: .get, path: "/api/risk/current/{pr}",
            summary: "The latest risk score of a pull request that was scored (`sentinel risk N`)",
            answer: .any("The document of `sentinel risk N --format json`."),
            others: [404: "The pull request was not scored."],
            handler: .read { store, request in
                guard let number = Int(request.text("pr")), let risk = try store.pullRisk(number) else {
                    throw APIRefusal.notFound("This pull request was not scored; `sentinel risk N` scores it.")
                }
                return risk.json.adding([
                    "pr_number": JSONValue(risk.target.number), "risk_score": JSONValue(risk.score),
                    "files_changed": .array(risk.files.map { .string($0.path) }),
                    "file_count": JSONValue(risk.changedFiles),
                ])
            }),
        Route(
            method: .get, path: "/api/commits", summary: "Commits that investigations have read",
            query: [
                .init(
                    name: "shas", schema: .string,
                    meaning: "Hashes of at least 7 digits, separated by commas; at most 50.",
                    isRequired: true)
            ],
            answer: .list(.commit),
            handler: .read { store, request in
                let hashes = (request.web.queryValue("shas") ?? "").lowercased().split(separator: ",").map(String.init)
                let areValid = hashes.allSatisfy {
                    (7...64).contains($0.count) && $0.allSatisfy(\.isHexDigit) && $0.utf8.count == $0.count
                }
                guard !hashes.isEmpty, hashes.count <= 50, areValid else {
                    throw APIRefusal.badRequest(
                        "shas must be 1 to 50 commit hashes of at least 7 digits, separated by commas.")
                }
                return .array(try store.commits(hashes).map(\.summary))
            }),
        Route(
            method: .get, path: "/api/sampling/stats", summary: "What the sampler kept in the last 24 hours",
            answer: .nullable(
                .object(
                    .of([
                        "recorded_at": .instant, "total": .integer, "kept": .integer, "dropped": .integer,
                        "reasons": .map(.integer),
                    ]))),
            handler: .read { store, _ in
                guard let stats = try store.sampling() else { return .null }
                return [
                    "recorded_at": JSONValue(stats.recordedAt), "total": JSONValue(stats.total),
                    "kept": JSONValue(stats.kept), "dropped": JSONValue(stats.dropped),
                    "reasons": .object(stats.reasons.map { JSONValue.Member($0.name, JSONValue($0.count)) }),
                ]
            }),
    ]

    static let settings: [Route] = [
        Route(
            method: .get, path: "/api/settings", summary: "The settings in force (docs/SETTINGS.md)",
            answer: .map(.any("The value of a setting.")),
            handler: .read { store, _ in
                .object(
                    try store.settings().map { item in
                        .init(item.key, (try? JSONDocument.parse(item.value)) ?? .string(item.value))
                    })
            }),
        Route(
            method: .put, path: "/api/settings", summary: "Change settings, one after the other",
            body: .map(.any("The new value of a setting.")), answer: .object(.of(["answer": .string])),
            others: [
                409: "A value was refused; those before it are changed.", 504: "The agent did not answer within 4 s.",
            ],
            handler: .respond { api, request in
                guard let members = try request.body().members, !members.isEmpty, members.count <= 100 else {
                    throw APIRefusal.badRequest(#"The body must be an object like {"on_call_minutes": 15}."#)
                }
                var sentences: [String] = []
                for member in members {
                    let answer = try await api.ask(
                        .changeSetting(key: member.name, value: member.value.string ?? member.value.serialized))
                    guard !answer.isRefused else { return Self.response(answer, adding: [:]) }
                    sentences.append(answer.text)
                }
                return Self.response(IntentAnswer(sentences.joined(separator: " ")), adding: [:])
            }),
    ]

    /// Routes of other parts, with their own forms of answers.
    static let others: [Route] = [
        Route(
            method: .get, path: "/v1/kill", summary: "Whether an agent must stop a trace", access: .open,
            query: [
                .init(name: "trace", schema: .string, meaning: "The id of the trace.", isRequired: true),
                .init(name: "agent", schema: .string, meaning: "The name of the agent."),
            ],
            answer: .object(
                .of(["kill": .boolean]) + .optional(["trace": .string, "reason": .string, "since": .instant])),
            others: [304: "Nothing changed since the ETag of If-None-Match."],
            handler: .respond { api, request in api.killFlag(request.web) }),
        Route(
            method: .post, path: "/api/slack/actions", summary: "Clicks on buttons in Slack", access: .slack,
            contentType: "text/plain",
            others: [403: "SLACK_SIGNING_SECRET is not set.", 503: "The store could not be written."],
            handler: .respond { api, request in await api.slackAction(request.web) }),
    ]
}
