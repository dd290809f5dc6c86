package import Basics

/// A row of `langfuse.observations`: by default a generation of one second that ended well.
package struct ObservationRow: Hashable, Sendable {
    /// `o` and its place among the rows where it is nil.
    package var id: String?
    /// A trace of its own where it is nil: `t` and its place.
    package var traceID: String?
    package var type = "GENERATION"
    package var name: String? = "support-bot"
    package var model: String? = "gpt-4o-mini"
    package var startTime: Instant
    /// Nil while it runs.
    package var endTime: Instant?
    /// Seconds.
    package var latency: Double?
    package var inputTokens: Int? = 800
    package var outputTokens: Int? = 200
    /// US dollars. A value, so that a test can give what no provider should.
    package var totalCost: Value = .null
    package var level: String? = "DEFAULT"
    package var statusMessage: String?
    package var version: String?
    package var environment: String? = "production"
    package var parentObservationID: String?
    package var promptName: String?
    package var promptVersion: Int?
    package var release: String?
    package var traceName: String?
    package var input: String?
    package var output: String?

    package init(at startTime: Instant, _ change: (inout ObservationRow) -> Void = { _ in }) {
        self.startTime = startTime
        endTime = startTime + .seconds(1)
        change(&self)
    }

    func columns(number: Int) -> [String: Value] {
        [
            "id": .text(id ?? "o\(number)"), "trace_id": .text(traceID ?? "t\(number)"), "type": .text(type),
            "name": Value(name), "model": Value(model), "start_time": Value(startTime),
            "end_time": Value(endTime?.iso8601), "latency": Value(latency), "input_tokens": Value(inputTokens),
            "output_tokens": Value(outputTokens), "total_cost": totalCost, "level": Value(level),
            "status_message": Value(statusMessage), "version": Value(version), "environment": Value(environment),
            "parent_observation_id": Value(parentObservationID), "prompt_name": Value(promptName),
            "prompt_version": Value(promptVersion), "release": Value(release), "trace_name": Value(traceName),
            "input": Value(input), "output": Value(output),
        ]
    }
}

/// A row of `langfuse.scores`: by default a number that is of a whole trace.
package struct ScoreRow: Hashable, Sendable {
    package var traceID: String
    package var observationID: String?
    package var name = "helpfulness"
    package var value: Double
    package var dataType = "NUMERIC"
    package var timestamp: Instant

    package init(
        _ value: Double, of traceID: String, at timestamp: Instant, _ change: (inout ScoreRow) -> Void = { _ in }
    ) {
        (self.value, self.traceID, self.timestamp) = (value, traceID, timestamp)
        change(&self)
    }

    func columns(number: Int) -> [String: Value] {
        [
            "id": .text("s\(number)"), "trace_id": .text(traceID), "observation_id": Value(observationID),
            "name": .text(name), "value": .real(value), "data_type": .text(dataType), "timestamp": Value(timestamp),
        ]
    }
}

/// A row of `langfuse.prompt_versions`.
package struct PromptVersionRow: Hashable, Sendable {
    package var name: String
    package var version: Int
    package var createdAt: Instant
    package var createdBy = "API"
    package var commitMessage: String?

    package init(
        _ name: String, _ version: Int, createdAt: Instant, _ change: (inout PromptVersionRow) -> Void = { _ in }
    ) {
        (self.name, self.version, self.createdAt) = (name, version, createdAt)
        change(&self)
    }

    var columns: [String: Value] {
        [
            "name": .text(name), "version": Value(version), "created_at": Value(createdAt),
            "created_by": .text(createdBy), "commit_message": Value(commitMessage),
        ]
    }
}
