import Basics

/// One observation as Langfuse's two APIs write it.
enum LangfuseObservationRow {
    /// What called no model has neither tokens nor cost.
    private static func isUnpriced(_ row: SandboxObservation) -> Bool {
        row.model.isEmpty && row.cost == 0 && row.inputTokens + row.outputTokens == 0
    }

    private static func usage(_ row: SandboxObservation) -> JSONValue {
        guard !isUnpriced(row) else { return object() }
        return object(input: row.inputTokens, output: row.outputTokens, total: row.inputTokens + row.outputTokens)
    }

    private static func costs(_ row: SandboxObservation) -> JSONValue {
        isUnpriced(row) ? [:] : ["total": .number(row.cost)]
    }

    // MARK: v2

    /// Fields of groups that were not requested are absent; missing texts are empty.
    static func new(_ row: SandboxObservation, _ groups: Set<String>) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ group: String, _ fields: @autoclosure () -> JSONValue) {
            if group == "core" || groups.contains(group) { members += fields().members ?? [] }
        }
        let end: Instant? = row.isOpen ? nil : row.start + .seconds(row.latency)
        let written = end ?? row.start
        add(
            "core",
            object(
                id: row.id, traceId: row.traceID, startTime: row.start, endTime: end,
                projectId: LangfuseProvider.project, parentObservationId: row.parentID, type: row.type))
        add(
            "basic",
            object(
                name: row.name, level: row.level, statusMessage: row.statusMessage, version: row.version,
                environment: row.environment, bookmarked: false, public: false, userId: row.userID,
                sessionId: row.sessionID, isRootObservation: row.parentID == nil))
        add("time", object(createdAt: written, updatedAt: written, completionStartTime: nil))
        add("io", object(input: row.input, output: row.output))
        add("model", object(providedModelName: row.model, modelParameters: "{}"))
        add("usage", object(usageDetails: usage(row), costDetails: costs(row), totalCost: row.cost))
        add("prompt", object(promptName: row.promptName, promptVersion: row.promptVersion, promptId: nil))
        add("metrics", object(latency: row.isOpen ? nil : row.latency, timeToFirstToken: nil))
        add("trace_context", object(tags: row.tags, release: row.release, traceName: row.traceName))
        return .object(members)
    }

    // MARK: v1

    /// Missing texts are null, and JSON is embedded. Fields of the trace are absent.
    static func old(_ row: SandboxObservation) -> JSONValue {
        let end: Instant? = row.isOpen ? nil : row.start + .seconds(row.latency)
        let written = end ?? row.start
        return object(
            id: row.id, projectId: LangfuseProvider.project, traceId: row.traceID, parentObservationId: row.parentID,
            name: row.name, type: row.type, environment: row.environment, startTime: row.start, endTime: end,
            version: LangfuseTraces.text(row.version), createdAt: written, updatedAt: written,
            input: LangfuseTraces.document(row.input), output: LangfuseTraces.document(row.output), metadata: object(),
            level: row.level, statusMessage: LangfuseTraces.text(row.statusMessage),
            model: LangfuseTraces.text(row.model), modelParameters: object(),
            promptName: LangfuseTraces.text(row.promptName), promptVersion: row.promptVersion,
            usage: object(
                unit: "TOKENS", input: row.inputTokens, output: row.outputTokens,
                total: row.inputTokens + row.outputTokens), usageDetails: usage(row), costDetails: costs(row),
            calculatedTotalCost: isUnpriced(row) ? nil : row.cost, latency: row.isOpen ? nil : row.latency)
    }
}
