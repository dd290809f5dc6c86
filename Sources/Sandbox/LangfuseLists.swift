import Basics
import WebServer

/// Langfuse's scores: those of version 2 by page, those of version 3 by cursor.
struct LangfuseScores: Sendable {
    let world: SandboxWorld

    private func value(_ request: WebRequest, _ name: String) -> String? {
        request.queryValue(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Newest first. A filter by id, name and the like takes several with commas between.
    private func matching(_ request: WebRequest) -> [SandboxScore] {
        func isAmong(_ name: String, _ own: String?) -> Bool {
            guard let wanted = value(request, name) else { return true }
            return own.map { wanted.split(separator: ",").contains(Substring($0)) } ?? false
        }
        let from = value(request, "fromTimestamp").flatMap { Instant(iso8601: $0) }
        let to = value(request, "toTimestamp").flatMap { Instant(iso8601: $0) }
        return world.read(\.scores).filter { score in
            isAmong("id", score.id) && isAmong("name", score.name) && isAmong("source", score.source)
                && isAmong("dataType", score.dataType) && isAmong("environment", "production")
                && isAmong("traceId", score.traceID) && isAmong("observationId", score.observationID)
                && isAmong("sessionId", score.sessionID) && (from.map { score.time >= $0 } ?? true)
                && (to.map { score.time < $0 } ?? true)
        }.sorted { ($0.time, $0.id) > ($1.time, $1.id) }
    }

    // MARK: v2

    func byPage(_ request: WebRequest) -> WebResponse {
        LangfuseProvider.page(matching(request), request) { $0.map(Self.flatRow) }
    }

    /// A truth is 1 or 0 with its word beside it; a category is its word alone.
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
        guard let limit = Int(value(request, "limit") ?? "50"), (1...100).contains(limit) else {
            return LangfuseProvider.invalid("limit")
        }
        let subjects = ["traceId", "sessionId", "experimentId"].filter { value(request, $0) != nil }
        guard subjects.count <= 1 else { return LangfuseProvider.invalid("traceId", "sessionId", "experimentId") }
        guard value(request, "observationId") == nil || subjects == ["traceId"] else {
            return LangfuseProvider.invalid("observationId")
        }
        let rows = matching(request)
        var start = 0
        if let cursor = value(request, "cursor") {
            guard let index = rows.firstIndex(where: { Self.cursor(of: $0) == cursor }) else {
                return LangfuseProvider.invalid("cursor")
            }
            start = index + 1
        }
        let page = rows.dropFirst(start).prefix(limit)
        let hasMore = start + page.count < rows.count
        let cursor = hasMore ? page.last.map { JSONValue.string(Self.cursor(of: $0)) } : nil
        let groups = Set((value(request, "fields") ?? "").split(separator: ",").map(String.init))
        return .json(
            JSONValue.fields([
                "data": .array(page.map { Self.row($0, groups) }), "meta": .fields(["cursor": cursor]),
            ]).serialized)
    }

    /// Opaque, and safe in an address.
    private static func cursor(of score: SandboxScore) -> String { "eyJ\(Hexadecimal.text(of: Array(score.id.utf8)))" }

    /// Groups that were not asked for are absent.
    private static func row(_ score: SandboxScore, _ groups: Set<String>) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(score.id)), .init("projectId", .string(LangfuseProvider.project)),
            .init("name", .string(score.name)),
            .init("value", score.value), .init("dataType", .string(score.dataType)),
            .init("source", .string(score.source)), .init("timestamp", JSONValue(score.time)),
            .init("environment", "production"), .init("createdAt", JSONValue(score.time)),
            .init("updatedAt", JSONValue(score.time)),
        ]
        if groups.contains("details") {
            members += [
                .init("comment", JSONValue(score.comment)), .init("configId", .null), .init("metadata", [:]),
            ]
        }
        if groups.contains("subject") { members.append(.init("subject", subject(of: score))) }
        if groups.contains("annotation") {
            members += [.init("authorUserId", .null), .init("queueId", .null)]
        }
        return .object(members)
    }

    private static func subject(of score: SandboxScore) -> JSONValue {
        if let observation = score.observationID {
            return ["kind": "observation", "id": .string(observation), "traceId": JSONValue(score.traceID)]
        }
        if let trace = score.traceID { return ["kind": "trace", "id": .string(trace)] }
        return ["kind": "session", "id": JSONValue(score.sessionID)]
    }
}

/// Langfuse's prompts: the list, and one version of one prompt.
struct LangfusePrompts: Sendable {
    private static let path = "/api/public/v2/prompts"
    let world: SandboxWorld

    /// Nil for a path that is not of prompts. A prompt's name may have slashes.
    func answer(_ request: WebRequest) -> WebResponse? {
        if request.path == Self.path { return list(request) }
        guard request.path.hasPrefix(Self.path + "/") else { return nil }
        return version(of: String(request.path.dropFirst(Self.path.count + 1)), request)
    }

    private func list(_ request: WebRequest) -> WebResponse {
        func value(_ name: String) -> String? { request.queryValue(name).flatMap { $0.isEmpty ? nil : $0 } }
        let from = value("fromUpdatedAt").flatMap { Instant(iso8601: $0) }
        let to = value("toUpdatedAt").flatMap { Instant(iso8601: $0) }
        let rows = world.read(\.prompts).filter { prompt in
            let changed = prompt.versions.map(\.updated).max()
            return (value("name").map { prompt.name == $0 } ?? true)
                && (value("tag").map(prompt.tags.contains) ?? true)
                && (value("label").map { label in prompt.versions.contains { $0.labels.contains(label) } } ?? true)
                && (from.map { from in changed.map { $0 >= from } ?? false } ?? true)
                && (to.map { to in changed.map { $0 < to } ?? false } ?? true)
        }.sorted { $0.name < $1.name }
        return LangfuseProvider.page(rows, request) { $0.map(Self.summary) }
    }

    private static func summary(_ prompt: SandboxPrompt) -> JSONValue {
        [
            "name": .string(prompt.name), "type": "text",
            "versions": .array(prompt.versions.map { JSONValue($0.number) }),
            "labels": .array(Set(prompt.versions.flatMap(\.labels)).sorted().map(JSONValue.string)),
            "tags": .array(prompt.tags.map(JSONValue.string)),
            "lastUpdatedAt": JSONValue(prompt.versions.map(\.updated).max()),
            "lastConfig": prompt.versions.last?.config ?? [:],
        ]
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
            return LangfuseProvider.refusal(
                404, "Prompt not found: '\(name)' with \(wanted)", "LangfuseNotFoundError")
        }
        return .json(
            JSONValue.fields([
                "id": .string("prompt-\(name)-\(found.number)"), "createdAt": JSONValue(found.created),
                "updatedAt": JSONValue(found.updated), "projectId": .string(LangfuseProvider.project),
                "createdBy": "API",
                "prompt": .string(found.text), "name": .string(name), "version": JSONValue(found.number),
                "type": "text", "isActive": .null, "config": found.config,
                "tags": .array(prompt.tags.map(JSONValue.string)),
                "labels": .array(found.labels.map(JSONValue.string)), "commitMessage": JSONValue(found.commitMessage),
                "resolutionGraph": .null,
            ]).serialized)
    }
}
