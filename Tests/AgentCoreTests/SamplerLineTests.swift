import AgentCore
import Basics
import FoundationEssentials
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("The sampler in a scan")
struct SamplerLineTests {
    private static func step(
        _ trace: String, _ index: Int, at start: Instant, name: String, type: String = "TOOL", agent: String = "",
        input: String = "{}", output: String, cost: Double = 0.001
    ) -> SandboxObservation {
        SandboxObservation(
            id: "\(trace)-\(index)", traceID: trace, traceName: agent.isEmpty ? trace : agent, type: type, name: name,
            model: "", start: start, inputTokens: 90 + index, outputTokens: 20 + index * 7, cost: cost, input: input,
            output: output)
    }

    private static func plant(_ rows: [SandboxObservation], in world: SandboxWorld) {
        world.change { state in
            state.observations = (state.observations + rows).sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        }
    }

    /// A call every half hour for twenty hours.
    private static func poller(_ trace: String, news: Bool) -> [SandboxObservation] {
        (0..<40).map { index in
            step(
                trace, index, at: Stage.start - .minutes(Double(40 - index) * 30 - 5), name: "check-mail",
                agent: "inbox-agent", input: #"{"folder":"INBOX"}"#,
                output: news ? #"{"messages":["mail \#(index) of bob"]}"# : #"{"messages":[]}"#)
        }
    }

    private static func settings(_ stage: Stage, _ text: String) throws {
        try text.write(toFile: "\(stage.folder.path)/settings.json", atomically: true, encoding: .utf8)
    }

    @Test("the first scan scores all traces of a day, later ones only new traces, and each keeps the relevant ones")
    func cycles() async throws {
        let stage = try Stage()
        let day = stage.world.read(\.observations).filter { $0.start >= Stage.start - .hours(24) }
        let report = try await stage.scan(carryingOutActs: false)
        let sampling = try #require(report.sampling)
        let stats = try #require(sampling.stats)
        #expect(stats.total == Set(day.map(\.traceID)).count && stats.total > 1_000)
        #expect(sampling.scored == stats.total && sampling.gaps.isEmpty)
        let troubled = day.filter { $0.level == "ERROR" || $0.level == "WARNING" }.map(\.traceID)
        #expect(count("error", stats) == Set(troubled).count)
        #expect(count("many_steps", stats) == Dictionary(grouping: day, by: \.traceID).values.count { $0.count > 5 })
        #expect(count("high_cost", stats) > 0 && count("novel_pattern", stats) == 0)
        let expected = Double(stats.total) / 100
        #expect(abs(Double(count("uniform", stats)) - expected) < 5 * expected.squareRoot())
        #expect(stats.kept + stats.dropped == stats.total && stats.kept < stats.total / 2)
        #expect(report.json["sampling"]?["uniform"]?["weight"]?.double == 100)
        #expect(report.timings.map(\.stage).prefix(3) == ["sync", "sample", "detect"])
        #expect(try await stage.read(.dashboard(at: stage.clock)).sampling == stats)

        // A new set of names, and outputs that failed their check since.
        let kept = try await keptTraces(stage)
        let late = stage.world.read(\.observations).filter { $0.start >= Stage.start - .hours(20) }
        let dropped = Set(late.map(\.traceID)).subtracting(kept).sorted().prefix(3)
        try await fail(Set(dropped), stage)
        stage.advance(by: .minutes(15))
        let rows = ["charge_card", "wipe_ledger"].enumerated().map {
            Self.step(
                "odd-run", $0.offset, at: Stage.start + .minutes(10), name: $0.element, output: #"{"status":"ok"}"#)
        }
        Self.plant(rows, in: stage.world)
        let second = try #require(try await stage.scan(carryingOutActs: false).sampling)
        let next = try #require(second.stats)
        #expect(second.scored > 0 && second.scored < stats.total / 10)
        #expect(count("novel_pattern", next) == 1 && count("schema_failed", next) == 3)
        #expect(try await keptTraces(stage).isSuperset(of: dropped + ["odd-run"]))
        stage.advance(by: .minutes(15))
        let third = try #require(try await stage.scan(carryingOutActs: false).sampling?.stats)
        #expect(count("novel_pattern", third) == 1 && count("schema_failed", third) == 3)
    }

    private func count(_ reason: String, _ stats: SamplingStats) -> Int {
        stats.reasons.first { $0.name == reason }?.count ?? 0
    }

    private func keptTraces(_ stage: Stage) async throws -> Set<String> {
        let now = stage.clock.now()
        return try await stage.read(StoreQuery { try $0.keptTraces(at: now) })
    }

    private func fail(_ traces: Set<String>, _ stage: Stage) async throws {
        var finding = Finding(
            facts: .drift(DriftFacts()), severity: .high, fingerprint: Fingerprint("x"), subject: "support-bot",
            description: "d", sql: "", onset: Stage.start, lastSeen: Stage.start, costPerHour: 0)
        finding.links.traces = traces
        let writer = try await StoreWriter.open(stage.store, holder: "t", pid: 2, at: Stage.start)
        try await writer.transaction { [finding] in try $0.noteFailedTraces([finding], at: Stage.start) }
        await writer.release()
    }

    @Test("a dropped trace costs no body call")
    func savesCalls() async throws {
        let (all, few) = (try Stage(), try Stage())
        try Self.settings(few, #"{"sampler_keep_score": 1000, "sampler_uniform_percent": 0}"#)
        let (kept, dropped) = (try await all.scan(carryingOutActs: false), try await few.scan(carryingOutActs: false))
        #expect(dropped.sampling?.stats?.kept == 0)
        let (many, less) = (all.world.calls(to: .langfuse).count, few.world.calls(to: .langfuse).count)
        #expect(less < many, "\(less) of \(many) calls")
        #expect(kept.detectors.first { $0.type == .agentLoop }?.message.contains("sample") == false)
        #expect(dropped.detectors.first { $0.type == .agentLoop }?.message.contains("not in the sample") == true)
    }

    @Test("a slow loop is found over the API and its kill requested; a slow poller with new data is not")
    func slowLoop() async throws {
        let stage = try Stage(prepare: { world in
            Self.plant(Self.poller("slow-1", news: false) + Self.poller("slow-2", news: true), in: world)
        })
        let report = try await stage.scan()
        let incident = try #require(report.incidents.first { $0.summary.subject == "slow-1" })
        #expect(incident.summary.severity == .high && incident.summary.approval == .pending)
        #expect(incident.acts.allSatisfy { $0.action.kind != .killLoop })
        #expect(!report.findings.contains { $0.subject == "slow-2" })
        // What a whole hour gave is known: the rest of the hour costs no body.
        stage.advance(by: .minutes(15))
        stage.world.forgetCalls()
        let second = try await stage.scan()
        #expect(second.incidents.first { $0.summary.subject == "slow-1" }?.summary.occurrences == 2)
        #expect(stage.world.calls(to: .langfuse).count <= 2)
    }

    @Test("30 loops of one agent at once are all found, next to 25 costly healthy runs")
    func parallel() async throws {
        let stage = try Stage(prepare: { world in
            for number in 0..<25 {
                Self.plant(
                    (0..<30).map { index in
                        Self.step(
                            "export-\(number)", index, at: Stage.start - .minutes(30) + .seconds(Double(index) * 9),
                            name: "convert", type: "CHAIN", agent: "exporter",
                            input: "file \(number)-\(index).csv of customer \(index * 31)",
                            output: "wrote \(index * 77) rows of \(number)", cost: 0.05)
                    }, in: world)
            }
            for number in 0..<30 {
                Self.plant(
                    (0..<13).map { index in
                        Self.step(
                            "stuck-\(number)", index, at: Stage.start - .minutes(20) + .seconds(Double(index) * 11),
                            name: "lookup", type: index % 2 == 0 ? "RETRIEVER" : "AGENT", agent: "finder",
                            input: "invoice of ACME", output: "[]")
                    }, in: world)
            }
        })
        let report = try await stage.scan(carryingOutActs: false)
        let loops = Set(report.findings.filter { $0.type == .agentLoop && !$0.isNote }.map(\.subject))
        #expect(loops == Set((0..<30).map { "stuck-\($0)" } + [stage.truth.loopTrace]))
    }

    @Test("a Langfuse that is down is reported, and the detectors run without a sample")
    func down() async throws {
        let stage = try Stage()
        stage.world.fail(.langfuse, .status(500), times: 500)
        let report = try await stage.scan(carryingOutActs: false)
        let sampling = try #require(report.sampling)
        #expect(sampling.stats == nil && !sampling.gaps.isEmpty && sampling.json["total"] == .null)
        stage.world.heal()
        stage.advance(by: .minutes(30))
        #expect(try await stage.scan(carryingOutActs: false).sampling?.stats?.kept ?? 0 > 0)
    }
}
