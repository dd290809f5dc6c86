import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

@Suite("Agent loops")
struct AgentLoopTests {
    let now = Instant(iso8601: "2026-11-24T04:20:00Z")!

    private func trace(
        _ id: String, _ count: Int, every seconds: Double = 12,
        _ make: (Int, inout ObservationRow) -> Void = { _, _ in }
    ) -> [ObservationRow] {
        (0..<count).map { index in
            let at = now - .minutes(5) + .seconds(Double(index) * seconds)
            var step = ObservationRow.step(of: id, at: min(at, now), "retry-search", in: "loop-scenario")
            make(index, &step)
            return step
        }
    }

    private func run(
        _ steps: [ObservationRow], _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> DetectorWorld.Run {
        var settings = Settings()
        change(&settings)
        var rows = SyntheticRows()
        rows.observations = steps
        return try await DetectorWorld(rows).run(AgentLoopDetector(), DetectorContext(now: now, settings: settings))
    }

    private func detect(
        _ steps: [ObservationRow], _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> DetectorReport {
        try await run(steps, change).report
    }

    @Test("the classic loop is found by name and token counts if arguments are unknown")
    func classic() async throws {
        let finding = try #require(try await detect(trace("t1", 15)).findings.first)
        let loop = try #require(finding.loop)
        #expect(finding.severity == .high && finding.subject == "t1")
        #expect(loop.isRepetitive && loop.generations == 15 && loop.pattern == "retry-search ×15")
        #expect(loop.agent == "loop-scenario")
        #expect(finding.description.contains("arguments unknown"))
        #expect(finding.costPerHour < 10)
    }

    @Test("the same arguments with the same result are a loop, whatever the attempt's number and time")
    func sameArguments() async throws {
        let steps = trace("t1", 25) { index, step in
            step.input = #"{"query":"refund policy","attempt":\#(index),"at":"2026-11-24T04:1\#(index % 10):00Z"}"#
            step.output = "no results (request 5f3c9a01-77b2-4c1e-9d35-00000000\(1000 + index))"
            step.inputTokens = 700 + index * 13
        }
        let finding = try #require(try await detect(steps).findings.first)
        #expect(finding.severity == .critical)
        #expect(finding.loop?.repetitions == 25)
        #expect(finding.description.contains("retry-search with the same arguments ×25"))
    }

    @Test("a loop of TOOL steps counts as one of generations does")
    func tools() async throws {
        let steps = trace("t1", 14) { _, step in
            step.type = "TOOL"
            step.input = "{\"q\": \"weather in Oslo\"}"
            step.output = "timeout"
        }
        let finding = try #require(try await detect(steps).findings.first)
        #expect(finding.severity == .high && finding.loop?.generations == 14)
    }

    @Test(
        "a loop is exempt if each tool that repeats is, and only until the exemption ends",
        arguments: [
            ("poll_*", "", "", true), ("", "loop-scenario", "", true), ("poll_*", "loop-*", "", true),
            ("poll_*", "other", "", false), ("search", "", "", false), ("", "", "poll_status", true),
            ("", "", "plan", false),
        ])
    func exemptions(tool: String, agent: String, feature: String, isExempt: Bool) async throws {
        let steps = trace("t1", 24) { index, step in
            (step.name, step.type) = index % 2 == 0 ? ("plan", "GENERATION") : ("poll_status", "TOOL")
            (step.input, step.output) = ("{\"job\":7}", "pending")
        }
        var row = Exemption.with { ($0.tool, $0.agent, $0.feature) = (tool, agent, feature) }
        (row.author, row.reason, row.until) = ("alice", "a poller", now + .days(1))
        let report = try await detect(steps) { $0.exemptions = [row] }
        #expect(report.findings.isEmpty == isExempt)
        #expect(report.message.contains("1 more loops and is exempt: \(row.target) until") == isExempt)
        row.until = now
        #expect(try await detect(steps) { $0.exemptions = [row] }.findings.count == 1)
    }

    @Test("a loop of two tools of which one is exempt is reported")
    func partlyExempt() async throws {
        let steps = trace("t1", 24) { index, step in
            (step.name, step.type) = (index % 2 == 0 ? "search" : "poll_status", "TOOL")
            (step.input, step.output) = ("{\"job\":7}", "pending")
        }
        let row = Exemption.with { ($0.tool, $0.until) = ("poll_status", now + .days(1)) }
        #expect(try await detect(steps) { $0.exemptions = [row] }.findings.count == 1)
    }

    @Test("two steps that call each other for ever are a loop with its cycle named")
    func tandem() async throws {
        let steps = trace("t1", 24) { index, step in
            step.name = index % 2 == 0 ? "plan" : "search"
            step.type = index % 2 == 0 ? "GENERATION" : "TOOL"
            step.input = index % 2 == 0 ? "find the invoice of ACME" : "{\"q\":\"ACME invoice\"}"
            step.output = index % 2 == 0 ? "I will search again" : "[]"
        }
        let finding = try #require(try await detect(steps).findings.first)
        #expect(finding.loop?.isRepetitive == true)
        #expect(finding.description.contains("plan → search ×12 in a row"))
    }

    @Test("the same error again and again is a loop if nothing else is known")
    func errors() async throws {
        let steps = trace("t1", 13) { index, step in
            step.type = "TOOL"
            (step.level, step.statusMessage) = ("ERROR", "upstream said 503")
            step.outputTokens = nil
        }
        #expect(try await detect(steps).findings.first?.description.contains("with the same error ×13") == true)
    }

    @Test("a query rephrased for ever without a result is a loop")
    func rephrased() async throws {
        let tails = ["please", "now", "details", "again", "quickly", "today"]
        let steps = trace("t1", 18) { index, step in
            step.input = "search refund policy for enterprise customers \(tails[index % 6])\(index / 6)"
            step.output = "No results found."
            step.outputTokens = 100 + index
        }
        #expect(try await detect(steps).findings.first?.loop?.isRepetitive == true)
    }

    @Test(
        "a long healthy run is a note and never a page",
        arguments: [
            Healthy.distinctNames, .distinctInputs, .templatedInserts, .pages, .samples, .growingConversation,
            .tokensOnly,
            .blind, .helper,
        ])
    func healthy(_ kind: Healthy) async throws {
        let report = try await detect(trace("t1", 24) { kind.shape($0, &$1) })
        #expect(report.findings.count == 1)
        #expect(report.findings.allSatisfy { $0.isNote && $0.loop?.isRepetitive == false })
    }

    @Test("the original rule only counts")
    func bareRule() async throws {
        let steps = trace("t1", 24) { Healthy.distinctNames.shape($0, &$1) }
        #expect(try await detect(steps) { $0.loopRequiresRepetition = false }.findings.first?.severity == .critical)
        #expect(try await detect(trace("t1", 10)) { $0.loopRequiresRepetition = false }.findings.isEmpty)
    }

    @Test("long healthy traces do not hide a loop, and each loop has its own finding")
    func crowd() async throws {
        var steps = (0..<120).flatMap { number in
            trace("busy\(number)", 30) { Healthy.distinctNames.shape($0, &$1) }
        }
        steps += trace("loop-a", 15) + trace("loop-b", 22)
        let report = try await detect(steps)
        #expect(Set(report.findings.filter { !$0.isNote }.map(\.subject)) == ["loop-a", "loop-b"])
        #expect(report.findings.first?.subject == "loop-b")
        #expect(report.findings.count { $0.isNote } == 20)
        #expect(Set(report.findings.map(\.fingerprint)).count == 22)
    }

    @Test("an invalid cost is skipped and reported, and its trace is judged")
    func poisonedCost() async throws {
        var broken = trace("bad", 15)
        broken[3].totalCost = .real(.infinity)
        broken[4].totalCost = -5
        let report = try await detect(broken)
        #expect(report.findings.first?.severity == .high)
        #expect(abs(try #require(report.findings.first?.loop?.cost) - 13 * 0.036) < 1e-9)
        #expect(report.skipped == ["Trace bad: 2 invalid costs (not a number, or negative)."])
    }

    @Test("steps without a trace are skipped, and the report says so (row 24)")
    func unreadable() async throws {
        let report = try await detect(trace("t1", 15) + trace("", 40, every: 6))
        #expect(report.findings.map(\.subject) == ["t1"])
        #expect(report.skipped == ["40 steps have no trace."])
    }

    @Test("bodies are read only if a step's name comes three times")
    func laziness() async throws {
        let distinct = try await run(trace("t1", 24) { Healthy.distinctNames.shape($0, &$1) })
        #expect(!distinct.statements.contains { $0.sql.contains("input, output") })
        #expect(distinct.liveCalls == 0)
        #expect(try await run([]).statements.count == 2)
    }

    @Test("random healthy batches are silent and random loops are found", arguments: 0..<40)
    func random(_ seed: Int) async throws {
        var random = SeededRandom(UInt64(seed))
        let count = Int.random(in: 11...60, using: &random)
        let words = (0..<200).map { "word\($0)" }
        let batch = trace("batch", count, every: 4) { index, step in
            step.name = "summarise"
            step.input =
                "ticket \(index): " + (0..<30).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
            step.output = (0..<20).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
            step.outputTokens = Int.random(in: 50...400, using: &random)
        }
        let question = (0..<10).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
        let loop = trace("loop", count, every: 4) { index, step in
            step.name = "lookup"
            step.input = question
            step.output = "error: upstream said 503"
        }
        let report = try await detect(batch + loop)
        #expect(report.findings.filter { !$0.isNote }.map(\.subject) == ["loop"])
        #expect(report.findings.first?.fingerprint == Fingerprint("agent_loop", "loop"))
    }
}

/// Shapes of long runs that make progress.
enum Healthy: CaseIterable {
    case distinctNames, distinctInputs, templatedInserts, pages, samples, growingConversation, tokensOnly, blind, helper

    func shape(_ index: Int, _ step: inout ObservationRow) {
        step.outputTokens = 100 + index * 7
        switch self {
        case .distinctNames:
            step.name = "stage-\(index)"
        case .distinctInputs:
            step.name = "classify"
            step.input = "ticket \(index): my order number \(index * 31) is late"
            step.output = "category \(["billing", "delivery", "other"][index % 3])"
        case .templatedInserts:
            step.type = "TOOL"
            step.name = "insert-row"
            step.input = #"{"table":"invoices","schema":"public","row":{"id":\#(index)}}"#
            step.output = #"{"status":"ok"}"#
        case .pages:
            step.type = "TOOL"
            step.name = "next-page"
            step.input = "{}"
            step.output = "page \(index): alpha\(index) beta\(index * 3) gamma\(index * 7)"
        case .samples:
            step.name = "vote"
            step.input = "Is this review positive? Answer with your reasoning."
            step.output = "Reason \(index * 17): because of aspect\(index) and detail\(index * 5)"
        case .growingConversation:
            step.name = "agent"
            step.input =
                String(repeating: "You are a careful assistant with many rules. ", count: 8)
                + (0...index).map { "turn \($0): looked at file\($0).swift and found symbol\($0 * 3)." }.joined()
            step.output = "look at file\(index + 1).swift"
        case .tokensOnly:
            step.name = "embed-chunk"
            step.inputTokens = 300 + index * 11
        case .helper:
            step.name = index % 8 == 0 ? "load-config" : "stage-\(index)"
            step.input = "{\"path\": \"config.json\"}"
            step.output = "{\"theme\": \"dark\"}"
        case .blind:
            step.name = "work"
            step.inputTokens = nil
            step.outputTokens = nil
        }
    }
}
