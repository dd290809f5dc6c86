import Basics
import OnCallModel
import Testing

@testable import Investigation

@Suite("Evidence graph")
struct EvidenceGraphTests {
    private func graph(_ file: CaseFile, _ companions: [Finding] = []) -> CausalGraph {
        var file = file
        file.companions = companions.map { finding in
            IncidentFinding(
                incident: 7, fingerprint: finding.fingerprint, facts: finding.facts, severity: finding.severity,
                subject: finding.subject, headline: finding.description, why: "", firstSeen: finding.onset,
                lastSeen: finding.lastSeen, occurrences: 1, costPerHour: 1, sql: "", links: finding.links)
        }
        return EvidenceGraph.make(of: file, verdict: Blame.verdict(of: file), incident: 7)
    }

    private func edge(_ graph: CausalGraph, _ from: String, _ to: String) -> CausalGraph.Edge? {
        graph.edges.first { $0.from.hasPrefix(from) && $0.to.hasPrefix(to) }
    }

    private static func error(
        _ id: String, _ title: String, minutes: Double, culprit: String = "", location: String = "", count: Int = 9
    ) -> ErrorFact {
        ErrorFact(
            id: id, title: title, level: "error", count: count, firstSeen: Stories.onset + .minutes(minutes),
            lastSeen: Stories.onset + .minutes(50), culprit: culprit, location: location)
    }

    /// A commit that retries without end, deployed, a storm, its rate limit errors, and what watchers told.
    private static var storm: CaseFile {
        var file = CaseFile(
            finding: Stories.spike(volume: 7, price: 1),
            commits: [
                Stories.commit(
                    "abc1234f00000000000000000000000000000000", "perf: be patient", hoursBefore: 1,
                    [Stories.file("src/summarizer/client_pool.ts", "-  maxRetries: 3,\n+  maxRetries: 50,")]),
                Stories.readme,
            ],
            errors: [
                error("44", "RateLimitError: Too many requests", minutes: 4, location: "src/summarizer/client_pool.ts"),
                error("12", "NotFound: /old-logo.css", minutes: -60 * 24 * 40),
                error("13", "KeyError: avatar", minutes: 9),
            ],
            messages: [
                MessageFact(
                    channel: "C", author: "U1", text: "the Summarizer seems slow", date: Stories.onset + .minutes(20)),
                MessageFact(
                    channel: "C", author: "U2", text: "lunch anyone?", date: Stories.onset + .minutes(21)),
                MessageFact(
                    channel: "C", author: "U3", text: "lots of RateLimitError", date: Stories.onset + .minutes(22)),
                MessageFact(
                    channel: "C", author: "B", text: "🔴 critical cost_spike: summarizer", date: Stories.onset),
            ])
        file.surroundings.deploys = [
            DeployFact(
                id: "55", sha: "abc1234f00000000000000000000000000000000", ref: "v2.1.0", environment: "production",
                at: Stories.onset - .minutes(9)),
            DeployFact(
                id: "56", sha: Stories.readme.sha, ref: "v2.1.1", environment: "staging",
                at: Stories.onset - .minutes(2)),
        ]
        file.surroundings.releases = [
            ReleaseFact(name: "v2.1.0", source: "github", at: Stories.onset - .minutes(12)),
            ReleaseFact(name: "app@2.1.0", source: "sentry", at: Stories.onset - .minutes(11)),
        ]
        file.surroundings.events = [
            EventFact(
                id: "e4", issue: "44", at: Stories.onset + .minutes(5), trace: "t1", release: "app@2.1.0")
        ]
        file.surroundings.monitors = [
            AlertFact(
                id: "21", title: "model cost", state: "Alert", at: Stories.onset + .minutes(15),
                about: "service:summarizer"),
            AlertFact(id: "22", title: "disk is full", state: "Alert", at: Stories.onset + .minutes(16)),
        ]
        file.surroundings.pages = [
            AlertFact(
                id: "Q1", title: "model cost", state: "triggered", at: Stories.onset + .minutes(16), key: "monitor-21")
        ]
        file.surroundings.traces = [
            TraceTree(
                traceID: "t1", name: "summarizer",
                steps: [
                    .init(id: "s", parent: nil, type: "GENERATION", name: "x", start: Stories.onset, end: nil, cost: 2)
                ],
                asOf: Stories.onset)
        ]
        return file
    }

    @Test("the top suspect caused the finding and the errors in the file that it changes; the arrow leads to them")
    func direction() throws {
        let graph = self.graph(Self.storm)
        let cause = try #require(edge(graph, "commit:abc1234", "finding:"))
        #expect(cause.kind == .caused && cause.reason.contains("maxRetries"))
        #expect(edge(graph, "commit:abc1234", "error:44")?.kind == .caused)
        #expect(edge(graph, "finding:", "error:44")?.kind == .suspected, "a limit is run into by more calls")
        #expect(edge(graph, "error:44", "finding:") == nil && edge(graph, "error:44", "commit:") == nil)
        #expect(edge(graph, "trace:t1", "error:44")?.reason == "event e4 names trace t1")
        #expect(edge(graph, "finding:", "incident:7")?.kind == .reported)
    }

    @Test("time alone gives only the weakest edge")
    func proximity() throws {
        let graph = self.graph(Self.storm)
        #expect(edge(graph, "commit:b0f3d44", "finding:")?.kind == .preceded)
        #expect(edge(graph, "finding:", "error:13")?.kind == .preceded)
        #expect(edge(graph, "finding:", "monitor:22")?.kind == .preceded)
        #expect(!graph.nodes.contains { $0.id == "error:12" }, "an old error that shares nothing")
        let alone = CaseFile(
            finding: Stories.spike(), commits: [Stories.unrelated, Stories.readme],
            errors: [Self.error("9", "KeyError: avatar", minutes: -5)])
        let kinds = Set(self.graph(alone).edges.filter { !$0.to.hasPrefix("incident:") }.map(\.kind))
        #expect(kinds == [.preceded])
    }

    @Test("releases, deployments, monitors, pages and messages are joined by the names that they contain")
    func keys() throws {
        let graph = self.graph(Self.storm)
        #expect(edge(graph, "release:2.1.0", "commit:abc1234")?.kind == .contains)
        #expect(edge(graph, "deploy:55", "release:2.1.0")?.kind == .contains)
        #expect(graph.nodes.first { $0.id == "release:2.1.0" }?.label == "v2.1.0, app@2.1.0")
        #expect(edge(graph, "release:2.1.0", "error:44")?.reason == "1 of 1 events read are of v2.1.0")
        #expect(!graph.nodes.contains { $0.id == "deploy:56" }, "nobody is on staging")
        #expect(edge(graph, "monitor:21", "finding:")?.kind == .reported)
        #expect(edge(graph, "monitor:21", "page:Q1")?.kind == .sharedKey)
        let messages = graph.nodes.filter { $0.kind == .message }.map(\.label)
        #expect(messages == ["U1: the Summarizer seems slow", "U3: lots of RateLimitError"])
        #expect(graph.edges.contains { $0.from.hasPrefix("message:") && $0.to == "error:44" && $0.kind == .reported })
    }

    @Test("an earlier error that shares a trace with the finding is a suspected cause")
    func before() {
        var file = CaseFile(
            finding: Stories.loop(), errors: [Self.error("5", "ToolError: no index", minutes: -20)])
        file.surroundings.events = [EventFact(id: "e1", issue: "5", at: Stories.onset, trace: "a3f9d21b")]
        let graph = self.graph(file)
        #expect(edge(graph, "error:5", "finding:")?.kind == .suspected)
        #expect(edge(graph, "trace:a3f9d21b", "error:5")?.kind == .sharedKey)
        #expect(edge(graph, "trace:a3f9d21b", "finding:")?.reason.contains("about this trace") == true)
    }

    @Test("the graph is limited and reports what it omits; every edge has both nodes")
    func bounds() throws {
        var file = Self.storm
        file.finding.links.traces = Set((0..<90).map { "trace-\($0)" })
        file.messages = (0..<40).map {
            MessageFact(channel: "C", author: "U", text: "summarizer \($0)", date: Stories.onset + .minutes(Double($0)))
        }
        file.surroundings.monitors = (0..<30).map {
            AlertFact(id: "\($0)", title: "summarizer", state: "Alert", at: Stories.onset)
        }
        let findings = (0..<20).map { index in
            var finding = Stories.loop()
            finding.fingerprint = Fingerprint("agent_loop", "\(index)")
            return finding
        }
        let graph = self.graph(file, findings)
        #expect(graph.nodes.count <= 60)
        let ids = Set(graph.nodes.map(\.id))
        #expect(ids.count == graph.nodes.count)
        #expect(graph.edges.allSatisfy { ids.contains($0.from) && ids.contains($0.to) && !$0.reason.isEmpty })
        let told = try #require(graph.gaps.first)
        #expect(told.contains("91 traces") && told.contains("34 messages") && told.contains("13 findings"), "\(told)")
        #expect(try #require(CausalGraph(json: graph.json)) == graph)
    }

    @Test("findings that name the same trace or release are joined, the earlier first")
    func members() {
        var cascade = Stories.loop()
        cascade.fingerprint = Fingerprint("error_cascade", "44")
        cascade.facts = .cascade(CascadeFacts())
        cascade.onset = Stories.onset + .minutes(3)
        cascade.links.traces = ["a3f9d21b"]
        let graph = self.graph(CaseFile(finding: Stories.loop()), [cascade])
        let edge = graph.edges.first { $0.kind == .sharedKey && $0.to == "finding:\(cascade.fingerprint.text)" }
        #expect(edge?.reason == "both name trace a3f9d21b")
        #expect(edge?.from == "finding:\(Stories.loop().fingerprint.text)")
    }
}
