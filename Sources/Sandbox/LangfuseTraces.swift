import Basics
import JSON
import WebServer

/// Langfuse's older lists that are made of observations: traces and sessions, the newest first.
struct LangfuseTraces: Sendable {
    let world: SandboxWorld

    /// The first observation of each group that the filters let through, the newest group first.
    private func firsts(
        _ request: WebRequest, of observations: [SandboxObservation], by key: (SandboxObservation) -> String
    ) -> [SandboxObservation] {
        let tags = request.all("tags")
        var seen: Set<String> = []
        let first = observations.filter { !key($0).isEmpty && seen.insert(key($0)).inserted }
        return first.filter { row in
            request.covers(row.start, from: "fromTimestamp", to: "toTimestamp")
                && request.allows("userId", row.userID) && request.allows("name", row.traceName)
                && request.allows("sessionId", row.sessionID) && request.allowsAny("environment", row.environment)
                && tags.isSubset(of: row.tags)
        }.reversed()
    }

    func traces(_ request: WebRequest) -> WebResponse {
        let (observations, scores) = world.read { ($0.observations, $0.scores) }
        let firsts = firsts(request, of: observations, by: \.traceID)
        return LangfuseProvider.page(firsts, request) { page in
            let wanted = Set(page.map(\.traceID))
            let steps = Dictionary(grouping: observations.filter { wanted.contains($0.traceID) }, by: \.traceID)
            return page.map { first in
                Self.row(
                    steps[first.traceID] ?? [first],
                    scores: scores.filter { $0.traceID == first.traceID && $0.observationID == nil })
            }
        }
    }

    /// For the observations of one trace, oldest first, at least one.
    private static func row(_ steps: [SandboxObservation], scores: [SandboxScore]) -> JSONValue {
        let (first, last) = (steps[0], steps[steps.count - 1])
        let end = steps.map { $0.start + .seconds($0.latency) }.max() ?? first.start
        return object(
            id: first.traceID, projectId: LangfuseProvider.project, name: first.traceName, timestamp: first.start,
            environment: first.environment, tags: first.tags, bookmarked: false, release: text(first.release),
            version: text(first.version), userId: text(first.userID), public: false, input: document(first.input),
            output: document(last.output), metadata: object(), createdAt: first.start, updatedAt: end,
            sessionId: text(first.sessionID), externalId: nil, scores: scores.map(\.id),
            latency: (end - first.start).seconds, observations: steps.map(\.id),
            totalCost: steps.reduce(0) { $0 + $1.cost },
            htmlPath: "/project/\(LangfuseProvider.project)/traces/\(first.traceID)")
    }

    static func text(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }

    /// JSON is embedded.
    static func document(_ text: String) -> JSONValue {
        (try? JSONDocument.parse(Array(text.utf8))) ?? .string(text)
    }

    func sessions(_ request: WebRequest) -> WebResponse {
        let firsts = firsts(request, of: world.read(\.observations), by: \.sessionID)
        return LangfuseProvider.page(firsts, request) { page in
            page.map { first in
                object(
                    id: first.sessionID, createdAt: first.start, projectId: LangfuseProvider.project,
                    environment: first.environment)
            }
        }
    }
}
