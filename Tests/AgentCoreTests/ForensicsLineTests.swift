import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("Forensics over the whole line")
struct ForensicsLineTests {
    @Test("the graph of the spike has the suspect, its release and deployment, and edges to the errors")
    func graph() async throws {
        let stage = try Stage()
        let report = try await stage.scan(carryingOutActs: false)
        let spike = try #require(report.incidents.first { $0.summary.type == .costSpike })
        #expect(spike.noCodeCause?.score == 1)
        let found = try #require(try await stage.read(.forensics(ofIncident: spike.summary.id)))
        let graph = found.graph
        func edge(_ from: String, _ to: String) -> CausalGraph.Edge? {
            graph.edges.first { $0.from.hasPrefix(from) && $0.to.hasPrefix(to) }
        }
        let culprit = "commit:\(stage.truth.culprit)"
        #expect(edge(culprit, "finding:")?.kind == .caused)
        #expect(edge(culprit, "error:4401")?.kind == .caused)
        #expect(edge("release:2.31.0", culprit)?.kind == .contains)
        #expect(edge("deploy:5501", "release:2.31.0")?.kind == .contains)
        #expect(edge("monitor:", "finding:")?.kind == .reported && edge("page:", "finding:")?.kind == .reported)
        #expect(edge("monitor:", "page:")?.kind == .sharedKey)
        #expect(edge("message:", "error:4401")?.kind == .reported)
        #expect(edge("error:4401", "commit:") == nil, "an effect caused nothing")
        let strong = graph.edges.filter { [.caused, .suspected].contains($0.kind) }
        #expect(!strong.contains { $0.from.contains(stage.truth.decoy) })
        #expect(!graph.nodes.contains { $0.id == "error:3120" }, "old and unrelated")
        #expect(graph.nodes.count <= 60 && found.traces.count == 3)
        #expect(found.traces.allSatisfy { $0.cost > 0 && !$0.steps.isEmpty })
        let shown = spike.wholeJSON(found)
        for member in [
            "report", "blame", "no_code_cause", "evidence", "graph", "traces", "timeline", "acts", "gaps", "errors",
            "messages",
            "findings",
        ] { #expect(shown[member] != nil, "\(member)") }
    }

    @Test("a source that is not configured is no gap of the graph; one that fails is a gap, and the rest is drawn")
    func gaps() async throws {
        let stage = try Stage(without: ["DD_API_KEY", "PAGERDUTY_TOKEN"])
        stage.world.fail(.slack, .status(500), times: 100)
        let report = try await stage.scan(carryingOutActs: false)
        let spike = try #require(report.incidents.first { $0.summary.type == .costSpike })
        #expect(spike.gaps.count == 1 && spike.gaps[0].lowercased().contains("slack"), "\(spike.gaps)")
        let graph = try #require(try await stage.read(.forensics(ofIncident: spike.summary.id))).graph
        #expect(graph.nodes.contains { $0.kind == .release } && !graph.nodes.contains { $0.kind == .monitor })
    }

    @Test("any trace is read on request and stored; an unknown one is reported")
    func inspect() async throws {
        let stage = try Stage()
        _ = try await stage.scan(carryingOutActs: false)
        let reader = TraceReader(engine: stage.engine, clock: stage.clock)
        let batch = try #require(try await reader.read(stage.truth.healthyBatchTrace))
        #expect(batch.steps.count == 24 && batch.gaps.isEmpty)
        #expect(try await reader.read("no-such-trace") == nil)
        let inbox = IntentInbox(stage.store)
        let asked = try await inbox.append(
            .inspect(trace: stage.truth.healthyBatchTrace), author: "a", at: stage.clock.now())
        let unknown = try await inbox.append(.inspect(trace: "no-such-trace"), author: "a", at: stage.clock.now())
        let agent = Task { [agent = stage.agent] in try await agent.run() }
        defer { agent.cancel() }
        for (id, sentence) in [(asked, "24 steps"), (unknown, "Trace no-such-trace was not found")] {
            for try await answer in StoreReader(stage.store).observe(.answer(toIntent: id)) {
                guard let answer else { continue }
                #expect(answer.text.contains(sentence), "\(answer)")
                #expect(answer.isRefused == (id == unknown))
                break
            }
        }
        #expect(try await stage.read(.trace(stage.truth.healthyBatchTrace))?.steps.count == 24)
    }
}
