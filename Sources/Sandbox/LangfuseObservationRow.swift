import Basics

/// One observation as Langfuse's two APIs write it.
enum LangfuseObservationRow {
    /// What called no model has neither tokens nor cost.
    private static func isUnpriced(_ row: SandboxObservation) -> Bool {
        row.model.isEmpty && row.cost == 0 && row.inputTokens + row.outputTokens == 0
    }

    private static func usage(_ row: SandboxObservation) -> JSONValue {
        guard !isUnpriced(row) else { return [:] }
        return [
            "input": JSONValue(row.inputTokens), "output": JSONValue(row.outputTokens),
            "total": JSONValue(row.inputTokens + row.outputTokens),
        ]
    }

    private static func costs(_ row: SandboxObservation) -> JSONValue {
        isUnpriced(row) ? [:] : ["total": .number(row.cost)]
    }

    // MARK: v2

    /// Fields of groups that were not requested are absent; missing texts are empty.
    static func new(_ row: SandboxObservation, _ groups: Set<String>) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ group: String, _ fields: () -> KeyValuePairs<String, JSONValue>) {
            guard group == "core" || groups.contains(group) else { return }
            members += fields().map { JSONValue.Member($0, $1) }
        }
        let end = row.start + .seconds(row.latency)
        add("core") {
            [
                "id": .string(row.id), "traceId": .string(row.traceID), "startTime": JSONValue(row.start),
                "endTime": row.isOpen ? .null : JSONValue(end), "projectId": .string(LangfuseProvider.project),
                "parentObservationId": JSONValue(row.parentID), "type": .string(row.type),
            ]
        }
        add("basic") {
            [
                "name": .string(row.name), "level": .string(row.level), "statusMessage": .string(row.statusMessage),
                "version": .string(row.version), "environment": .string(row.environment), "bookmarked": false,
                "public": false, "userId": .string(row.userID), "sessionId": .string(row.sessionID),
                "isRootObservation": .bool(row.parentID == nil),
            ]
        }
        let written = JSONValue(row.isOpen ? row.start : end)
        add("time") { ["createdAt": written, "updatedAt": written, "completionStartTime": .null] }
        add("io") { ["input": .string(row.input), "output": .string(row.output)] }
        add("model") { ["providedModelName": .string(row.model), "modelParameters": "{}"] }
        add("usage") {
            ["usageDetails": usage(row), "costDetails": costs(row), "totalCost": .number(row.cost)]
        }
        add("prompt") {
            [
                "promptName": .string(row.promptName), "promptVersion": JSONValue(row.promptVersion), "promptId": .null,
            ]
        }
        add("metrics") { ["latency": row.isOpen ? .null : .number(row.latency), "timeToFirstToken": .null] }
        add("trace_context") {
            [
                "tags": .strings(row.tags), "release": .string(row.release),
                "traceName": .string(row.traceName),
            ]
        }
        return .object(members)
    }

    // MARK: v1

    /// Missing texts are null, and JSON is embedded. Fields of the trace are absent.
    static func old(_ row: SandboxObservation) -> JSONValue {
        let end = row.start + .seconds(row.latency)
        let written = JSONValue(row.isOpen ? row.start : end)
        return [
            "id": .string(row.id), "projectId": .string(LangfuseProvider.project), "traceId": .string(row.traceID),
            "parentObservationId": JSONValue(row.parentID), "name": .string(row.name), "type": .string(row.type),
            "environment": .string(row.environment), "startTime": JSONValue(row.start),
            "endTime": row.isOpen ? .null : JSONValue(end), "version": LangfuseTraces.text(row.version),
            "createdAt": written, "updatedAt": written, "input": LangfuseTraces.document(row.input),
            "output": LangfuseTraces.document(row.output), "metadata": [:], "level": .string(row.level),
            "statusMessage": LangfuseTraces.text(row.statusMessage), "model": LangfuseTraces.text(row.model),
            "modelParameters": [:], "promptName": LangfuseTraces.text(row.promptName),
            "promptVersion": JSONValue(row.promptVersion),
            "usage": [
                "unit": "TOKENS", "input": JSONValue(row.inputTokens), "output": JSONValue(row.outputTokens),
                "total": JSONValue(row.inputTokens + row.outputTokens),
            ],
            "usageDetails": usage(row), "costDetails": costs(row),
            "calculatedTotalCost": isUnpriced(row) ? .null : .number(row.cost),
            "latency": row.isOpen ? .null : .number(row.latency),
        ]
    }
}
