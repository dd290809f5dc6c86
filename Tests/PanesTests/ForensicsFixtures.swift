import Basics
import OnCallModel

/// An investigated incident: a commit, what it caused, and two traces.
enum ForensicsFixtures {
    private static let onset = PaneFixtures.now - .hours(2)

    static func found(_ name: String) -> IncidentForensics {
        IncidentForensics(graph: graph(name), traces: [tree(name), failed], timeline: [])
    }

    private static func graph(_ name: String) -> CausalGraph {
        func at(_ minutes: Double) -> Instant { onset + .minutes(minutes) }
        return CausalGraph(
            nodes: [
                .init(
                    id: "commit:d9c3e11", kind: .commit, label: "d9c3e11 support-bot: longer answers", at: at(-6),
                    url: "https://github.com/acme/app/commit/d9c3e11"),
                .init(id: "commit:b0f3d44", kind: .commit, label: "b0f3d44 chore: bump docs", at: at(-3000)),
                .init(id: "release:2.31.0", kind: .release, label: "v2.31.0", at: at(-5)),
                .init(
                    id: "finding:a", kind: .finding, label: "cost_spike support-bot", at: at(0), end: at(118),
                    isFailure: true),
                .init(id: "incident:1", kind: .incident, label: "incident 1", at: at(0), end: at(118), isFailure: true),
                .init(
                    id: "trace:\(name)", kind: .trace, label: "support-bot \(name)", at: at(1), end: at(1.5), cost: 0.62
                ),
                .init(
                    id: "error:4401", kind: .error, label: "RateLimitError: \(name)", at: at(4), end: at(117),
                    isFailure: true),
                .init(id: "monitor:21", kind: .monitor, label: "model cost is over 2 USD", at: at(20), isFailure: true),
                .init(id: "message:1", kind: .message, label: "U1: \(name) costs a lot", at: at(55)),
            ],
            edges: [
                .init(
                    from: "commit:d9c3e11", to: "finding:a", kind: .caused,
                    reason: "raises max_tokens from 500 to 4096 in src/bot.py; score 9.3, no code cause 1.0"),
                .init(
                    from: "commit:d9c3e11", to: "error:4401", kind: .caused,
                    reason: "changes src/bot.py, where Sentry places it; first seen 4 min after the onset"),
                .init(
                    from: "commit:b0f3d44", to: "finding:a", kind: .preceded,
                    reason: "landed 2.1 days before the onset; touches only documents, tests or styles"),
                .init(from: "release:2.31.0", to: "commit:d9c3e11", kind: .contains, reason: "v2.31.0 holds d9c3e11"),
                .init(from: "finding:a", to: "incident:1", kind: .reported, reason: "03:00 to 04:00 cost $41.20"),
                .init(from: "trace:\(name)", to: "finding:a", kind: .sharedKey, reason: "the finding names it"),
                .init(from: "trace:\(name)", to: "error:4401", kind: .sharedKey, reason: "event e4 names \(name)"),
                .init(from: "monitor:21", to: "finding:a", kind: .reported, reason: "it names support-bot"),
                .init(from: "message:1", to: "finding:a", kind: .reported, reason: "it names support-bot"),
            ], gaps: ["12 traces are left out."])
    }

    static func tree(_ name: String) -> TraceTree {
        func step(
            _ id: String, _ parent: String?, _ type: String, _ at: Double, _ length: Double?, cost: Double = 0,
            level: String = "DEFAULT", message: String = ""
        ) -> TraceTree.Step {
            .init(
                id: id, parent: parent, type: type, name: "\(id) \(name)", model: type == "GENERATION" ? "gpt-4o" : "",
                start: onset + .seconds(at), end: length.map { onset + .seconds(at + $0) }, cost: cost, level: level,
                message: message, tokens: cost > 0 ? 1840 : 0)
        }
        return TraceTree(
            traceID: name, name: "support-bot",
            steps: [
                step("root", nil, "AGENT", 0, 30), step("plan", "root", "GENERATION", 0.2, 3, cost: 0.12),
                step("search", "root", "TOOL", 3.4, 4), step("index", "search", "SPAN", 3.5, 3.2),
                step("fetch", "search", "TOOL", 6.8, 0.5, level: "ERROR", message: "429 of \(name)"),
                step("answer", "root", "GENERATION", 8, 20, cost: 0.5), step("store", "root", "SPAN", 29, nil),
            ], asOf: PaneFixtures.now, gaps: ["1 step names a parent that is not there."])
    }

    private static let failed = TraceTree(
        traceID: "trace-2", name: "support-bot",
        steps: [
            .init(id: "one", parent: nil, type: "GENERATION", name: "answer", start: onset, end: onset, cost: 0.05)
        ],
        asOf: PaneFixtures.now)
}
