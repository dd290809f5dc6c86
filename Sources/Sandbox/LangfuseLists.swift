import Basics
import JSON
import WebServer

/// Langfuse's scores: those of version 2 by page, those of version 3 by cursor.
struct LangfuseScores: Sendable {
    let world: SandboxWorld

    /// Newest first. A filter by id, name and the like takes several with commas between.
    private func matching(_ request: WebRequest) -> [SandboxScore] {
        func isAmong(_ name: String, _ own: String?) -> Bool {
            request.stated(name) == nil || own.map(request.list(name).contains) ?? false
        }
        return world.read(\.scores).filter { score in
            isAmong("id", score.id) && isAmong("name", score.name) && isAmong("source", score.source)
                && isAmong("dataType", score.dataType) && isAmong("environment", "production")
                && isAmong("traceId", score.traceID) && isAmong("observationId", score.observationID)
                && isAmong("sessionId", score.sessionID)
                && request.covers(score.time, from: "fromTimestamp", to: "toTimestamp")
        }.sorted { ($0.time, $0.id) > ($1.time, $1.id) }
    }

    // MARK: v2

    func byPage(_ request: WebRequest) -> WebResponse {
        LangfuseProvider.page(matching(request), request) { $0.map(Self.flatRow) }
    }

    /// A boolean is 1 or 0 with its word; a category is its word only.
    private static func flatRow(_ score: SandboxScore) -> JSONValue {
        let isTrue = score.value.bool
        let word = isTrue.map { $0 ? "True" : "False" } ?? score.value.string
        return .fields([
            "id": .string(score.id), "name": .string(score.name),
            "value": isTrue.map { JSONValue($0 ? 1 : 0) } ?? (word == nil ? score.value : .null),
            "stringValue": word.map(JSONValue.string), "dataType": .string(score.dataType),
            "source": .string(score.source), "timestamp": JSONValue(score.time), "createdAt": JSONValue(score.time),
            "updatedAt": JSONValue(score.time), "environment": "production", "traceId": JSONValue(score.traceID),
            "observationId": JSONValue(score.observationID), "sessionId": JSONValue(score.sessionID),
            "datasetRunId": .null, "authorUserId": .null, "comment": JSONValue(score.comment), "metadata": [:],
            "configId": .null, "queueId": .null,
        ])
    }

    // MARK: v3

    func byCursor(_ request: WebRequest) -> WebResponse {
        guard let limit = Int(request.stated("limit") ?? "50"), (1...100).contains(limit) else {
            return LangfuseProvider.invalid("limit")
        }
        let subjects = ["traceId", "sessionId", "experimentId"].filter { request.stated($0) != nil }
        guard subjects.count <= 1 else { return LangfuseProvider.invalid("traceId", "sessionId", "experimentId") }
        guard request.stated("observationId") == nil || subjects == ["traceId"] else {
            return LangfuseProvider.invalid("observationId")
        }
        let rows = matching(request)
        var start = 0
        if let cursor = request.stated("cursor") {
            guard let index = rows.firstIndex(where: { Self.cursor(of: $0) == cursor }) else {
                return LangfuseProvider.invalid("cursor")
            }
            start = index + 1
        }
        let page = rows.dropFirst(start).prefix(limit)
        let hasMore = start + page.count < rows.count
        let cursor = hasMore ? page.last.map { JSONValue.string(Self.cursor(of: $0)) } : nil
        let groups = Set(request.list("fields"))
        return .json(object(data: page.map { Self.row($0, groups) }, meta: object(cursor: cursor)))
    }

    /// Opaque, and safe in an address.
    private static func cursor(of score: SandboxScore) -> String { "eyJ\(Hexadecimal.text(of: Array(score.id.utf8)))" }

    /// Groups that were not requested are absent.
    private static func row(_ score: SandboxScore, _ groups: Set<String>) -> JSONValue {
        var row: JSONValue = object(
            id: score.id, projectId: LangfuseProvider.project, name: score.name, value: score.value,
            dataType: score.dataType, source: score.source, timestamp: score.time, environment: "production",
            createdAt: score.time, updatedAt: score.time)
        if groups.contains("details") {
            row = row.adding(object(comment: score.comment, configId: nil, metadata: object()))
        }
        if groups.contains("subject") { row = row.adding(object(subject: subject(of: score))) }
        if groups.contains("annotation") { row = row.adding(object(authorUserId: nil, queueId: nil)) }
        return row
    }

    private static func subject(of score: SandboxScore) -> JSONValue {
        if let observation = score.observationID {
            return object(kind: "observation", id: observation, traceId: score.traceID)
        }
        if let trace = score.traceID { return object(kind: "trace", id: trace) }
        return object(kind: "session", id: score.sessionID)
    }
}

/// Langfuse's prompts: the list, and one version of one prompt.
struct LangfusePrompts: Sendable {
    let world: SandboxWorld

    /// Nil for a path that is not of prompts. A prompt's name may have slashes.
    func answer(_ path: String, _ request: WebRequest) -> WebResponse? {
        if path == "v2/prompts" { return list(request) }
        if request.method == "PATCH" { return label(path, request) }
        return path.hasPrefix("v2/prompts/") ? version(of: String(path.dropFirst(11)), request) : nil
    }

    /// `PATCH v2/prompts/{name}/versions/{version}` with `newLabels`: a label is on one version at a time.
    private func label(_ path: String, _ request: WebRequest) -> WebResponse {
        guard let match = path.wholeMatch(of: /v2\/prompts\/(.+)\/versions\/(\d+)/), let number = Int(match.2),
            let labels = (try? JSONDocument.parse(request.body))?["newLabels"]?.array?.compactMap(\.string)
        else { return LangfuseProvider.invalid("newLabels") }
        let now = world.clock.now()
        let isKnown = world.change { state -> Bool in
            guard let prompt = state.prompts.firstIndex(where: { $0.name == match.1 }),
                let version = state.prompts[prompt].versions.firstIndex(where: { $0.number == number })
            else { return false }
            for label in labels where !state.prompts[prompt].versions[version].labels.contains(label) {
                for other in state.prompts[prompt].versions.indices {
                    state.prompts[prompt].versions[other].labels.removeAll { $0 == label }
                }
                state.prompts[prompt].versions[version].labels.append(label)
                state.prompts[prompt].versions[version].updated = now
                state.gateways.effects.append("label \(label) on \(number)")
            }
            return true
        }
        guard isKnown else { return LangfuseProvider.refusal(404, "Prompt not found", "LangfuseNotFoundError") }
        return .json(object(name: String(match.1), version: number, labels: labels))
    }

    private func list(_ request: WebRequest) -> WebResponse {
        let rows = world.read(\.prompts).filter { prompt in
            let labels = Set(prompt.versions.flatMap(\.labels))
            return request.allows("name", prompt.name) && (request.stated("tag").map(prompt.tags.contains) ?? true)
                && (request.stated("label").map(labels.contains) ?? true)
                && request.covers(
                    prompt.versions.map(\.updated).max() ?? .init(milliseconds: 0), from: "fromUpdatedAt",
                    to: "toUpdatedAt")
        }.sorted { $0.name < $1.name }
        return LangfuseProvider.page(rows, request) { $0.map(Self.summary) }
    }

    private static func summary(_ prompt: SandboxPrompt) -> JSONValue {
        object(
            name: prompt.name, type: "text", versions: prompt.versions.map { JSONValue($0.number) },
            labels: Set(prompt.versions.flatMap(\.labels)).sorted().map(JSONValue.string), tags: prompt.tags,
            lastUpdatedAt: prompt.versions.map(\.updated).max(), lastConfig: prompt.versions.last?.config ?? [:])
    }

    private func version(of name: String, _ request: WebRequest) -> WebResponse {
        let number = request.queryValue("version")
        let label = request.queryValue("label")
        guard number == nil || label == nil else { return LangfuseProvider.invalid("version", "label") }
        let prompt = world.read { $0.prompts.first { $0.name == name } }
        let found = prompt?.versions.last { version in
            number.map { String(version.number) == $0 } ?? version.labels.contains(label ?? "production")
        }
        guard let prompt, let found else {
            let wanted = number.map { "version \($0)" } ?? "label '\(label ?? "production")'"
            return LangfuseProvider.refusal(404, "Prompt not found: '\(name)' with \(wanted)", "LangfuseNotFoundError")
        }
        return .json(
            object(
                id: "prompt-\(name)-\(found.number)", createdAt: found.created, updatedAt: found.updated,
                projectId: LangfuseProvider.project, createdBy: "API", prompt: found.text, name: name,
                version: found.number, type: "text", isActive: nil, config: found.config, tags: prompt.tags,
                labels: found.labels, commitMessage: found.commitMessage, resolutionGraph: nil))
    }
}
