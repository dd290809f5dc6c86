package import Basics
package import Detectors
package import OnCallModel

extension SyntheticRows {
    /// When tests of `tool_failure` run.
    package static let toolTime = Instant(iso8601: "2026-11-24T14:00:00Z") ?? Instant(milliseconds: 0)

    /// `count` calls of a tool, each in a trace of its own, `trace-` and its place among all observations: the last one
    /// `ago` before ``toolTime``, `apart` from each other.
    package mutating func addCalls(
        _ tool: String, _ count: Int, ago: Span = .minutes(1), apart: Span = .minutes(5),
        _ output: (Int) -> String?, change: (inout ObservationRow) -> Void = { _ in }
    ) {
        for place in 0..<count {
            let back = Span.seconds(apart.seconds * Double(count - 1 - place))
            addCall(tool, at: Self.toolTime - ago - back, output(place), change: change)
        }
    }

    package mutating func addCall(
        _ tool: String, at time: Instant, _ output: String?, change: (inout ObservationRow) -> Void = { _ in }
    ) {
        let place = observations.count
        observations.append(
            ObservationRow(at: time) { row in
                (row.type, row.name, row.output) = ("TOOL", tool, output)
                (row.input, row.latency) = (#"{"q":"question \#(place)"}"#, 0.4)
                (row.traceID, row.traceName, row.release) = ("trace-\(place)", "support-bot", "r1")
                change(&row)
            })
    }

    /// Runs `tool_failure` in a world of its own. `open` are the subjects of incidents that are not resolved.
    package func tools(
        at now: Instant = toolTime, memory: [String: ToolProfile] = [:], effort: DetectorContext.Effort = .routine,
        open: Set<String> = [], settings: Settings = Settings()
    ) async throws -> DetectorWorld.Cycle<ToolProfile> {
        try await DetectorWorld(self).tools(at: now, memory: memory, effort: effort, open: open, settings: settings)
    }
}

extension DetectorWorld {
    package func tools(
        at now: Instant, memory: [String: ToolProfile] = [:], effort: DetectorContext.Effort = .routine,
        open: Set<String> = [], settings: Settings = Settings()
    ) async throws -> Cycle<ToolProfile> {
        try await cycle(
            ToolFailureDetector(),
            DetectorContext(now: now, settings: settings, effort: effort, past: PastFinding.open(open, now: now)),
            memory: memory)
    }
}
