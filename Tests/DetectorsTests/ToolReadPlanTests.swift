import Basics
import DetectorWorld
import Detectors
import OnCallModel
import TestSupport
import Testing

@Suite("What tool_failure reads, and what Sentry adds")
struct ToolReadPlanTests {
    private func busy(_ count: Int, _ outputs: Int = 400) -> SyntheticRows {
        var rows = SyntheticRows()
        for tool in 0..<count {
            rows.addCalls("tool-\(tool)", outputs, apart: .minutes(3)) { #"{"value":\#($0),"unit":"kg"}"# }
        }
        return rows
    }

    @Test("many tools cost a few calls at first, and all of them together one for each later cycle")
    func calls() async throws {
        let world = DetectorWorld(busy(6))
        var memory: [String: ToolProfile] = [:]
        var calls: [Int] = []
        for turn in 0..<6 {
            let now = SyntheticRows.toolTime - .minutes(75) + .minutes(Double(turn) * 15)
            let run = try await world.tools(at: now, memory: memory)
            calls.append(run.liveCalls)
            memory = run.memory
        }
        #expect(memory.count == 6)
        #expect(calls[0] <= 4 && calls.dropFirst().allSatisfy { $0 == 1 }, "\(calls)")
    }

    @Test("forty tools are read with a few calls, and those that are read by name wait if no call is left")
    func thorough() async throws {
        let run = try await busy(40, 60).tools(effort: .thorough)
        #expect(run.liveCalls <= 4 && run.memory.count == 40, "\(run.liveCalls)")
        #expect(run.report.findings.isEmpty && run.report.state == .ok, "\(run.report.message)")
        var refusing = busy(40, 60)
        refusing.outages = [.init("langfuse", "observations", refusesWindows: true)]
        let byName = try await refusing.tools(effort: .thorough)
        #expect((1..<40).contains(byName.memory.count) && byName.liveCalls <= 25)
        #expect(byName.report.message.contains("wait for the next cycle"), "\(byName.report.message)")
    }

    @Test("names that come once cost nothing, and a cycle without tools queries nothing")
    func noTools() async throws {
        var rows = SyntheticRows()
        for place in 0..<200 { rows.addCalls("tool-\(place)", 1, ago: .minutes(5)) { _ in "x" } }
        let run = try await rows.tools()
        #expect(run.liveCalls == 0 && run.report.state == .learning)
        let empty = try await SyntheticRows().tools()
        #expect(empty.report.state == .ok && empty.statements.count == 1, "a project without tools lacks no data")
    }

    @Test("a rarely called tool is read when the busy ones were just read")
    func seldom() async throws {
        var rows = busy(3)
        rows.addCalls("seldom", 60, ago: .minutes(20), apart: .hours(3)) { #"{"value":\#($0)}"# }
        let world = DetectorWorld(rows)
        var memory: [String: ToolProfile] = [:]
        for turn in 0..<3 {
            let now = SyntheticRows.toolTime - .hours(5) + .minutes(Double(turn) * 15)
            memory = try await world.tools(at: now, memory: memory, effort: .thorough).memory
        }
        let before = memory["seldom"]?.newestOutput
        for turn in 0..<4 {
            let now = SyntheticRows.toolTime - .minutes(45) + .minutes(Double(turn) * 15)
            let run = try await world.tools(at: now, memory: memory)
            #expect(run.liveCalls <= 1)
            memory = run.memory
        }
        #expect(memory["seldom"]?.newestOutput != before)
    }

    @Test("outputs that cannot be read are not empty outputs")
    func bodiesDown() async throws {
        var rows = busy(2)
        rows.outages = [.init("langfuse", "observations", isLiveOnly: true)]
        let run = try await rows.tools()
        #expect(run.report.findings.isEmpty && run.memory.isEmpty && run.report.state == .partial)
    }

    // MARK: Sentry

    /// 200 traces, of which every fourth calls the tool.
    private func errors(traces: Bool, afterTool: Bool) -> SyntheticRows {
        var rows = SyntheticRows()
        var events: [(Instant, String?)] = []
        let start = SyntheticRows.toolTime - .hours(5)
        for place in 0..<200 {
            let at = start + .seconds(Double(place) * 88)
            let trace = "trace-\(place)"
            rows.addCall("classify", at: at, #"{"k":\#(place)}"#) { ($0.input, $0.traceID) = ("i\(place)", trace) }
            guard place % 4 == 0 else { continue }
            rows.addCall("parse_invoice", at: at + .seconds(afterTool ? 2 : 30), #"{"sum":\#(place)}"#) {
                ($0.input, $0.traceID) = ("i\(place)", trace)
            }
            if place % 8 == 0 || !afterTool { events.append((at + .seconds(20), traces ? trace : nil)) }
        }
        rows.addIssue(events)
        return rows
    }

    @Test("calls that come before the errors of their own traces are reported, by trace or else by time")
    func correlated() async throws {
        for traces in [true, false] {
            let finding = try #require(
                await errors(traces: traces, afterTool: true).tools().report.findings.first)
            #expect(finding.subject == "parse_invoice" && finding.severity == .medium)
            #expect(finding.evidence["strategies"] == ["B"])
            #expect(finding.evidence["sentry"]?["link"]?.string == (traces ? "trace" : "time"))
            #expect(finding.description.contains("JSONDecodeError (4402)"))
        }
    }

    @Test("a tool that is called because of the error, and one that every trace calls, have no finding")
    func consequence() async throws {
        #expect(try await errors(traces: true, afterTool: false).tools().report.findings.isEmpty)
        var rows = errors(traces: true, afterTool: true)
        rows.observations.removeAll { $0.name == "parse_invoice" }
        #expect(try await rows.tools().report.findings.isEmpty)
    }

    @Test("a tool that every trace calls is reported if the new issue names it, as a word of its own")
    func named() async throws {
        var rows = SyntheticRows()
        rows.addCalls("track_parcel", 100, ago: .hours(2), apart: .minutes(30)) { #"{"id":\#($0)}"# }
        rows.addCalls("track_parcel", 18, apart: .minutes(4)) { #"{"id":\#($0)}"# }
        rows.addIssue(rows.observations.suffix(18).map { ($0.startTime + .seconds(3), $0.traceID) })
        #expect(try await rows.tools().report.findings.isEmpty)
        rows.issues[0].culprit = "tools.track_parcels in call"
        #expect(try await rows.tools().report.findings.isEmpty)
        rows.issues[0].culprit = "tools.track_parcel in call"
        let finding = try #require(await rows.tools().report.findings.first)
        #expect(finding.evidence["strategies"] == ["B"] && finding.severity == .medium)
        #expect(finding.description.contains("18 of 18 traces that called it failed afterwards"))
    }

    @Test("without Sentry, the schema and the length are still judged")
    func withoutSentry() async throws {
        var rows = SyntheticRows()
        rows.addCalls("search_kb", 300, ago: .minutes(60), apart: .minutes(15), ToolFailureTests.good)
        rows.addCalls("search_kb", 9) { _ in "[]" }
        rows.outages = [.init("sentry", "issues"), .init("sentry", "events")]
        let report = try await rows.tools().report
        #expect(report.findings.map(\.subject) == ["search_kb"] && report.state == .partial)
    }
}

extension SyntheticRows {
    /// An issue and its events: when, and the trace that each names.
    fileprivate mutating func addIssue(_ events: [(at: Instant, trace: String?)]) {
        guard let first = events.map(\.at).min(), let last = events.map(\.at).max() else { return }
        issues = [
            IssueRow("4402", count: Value(events.count), from: first, to: last) {
                ($0.title, $0.errorType) = ("JSONDecodeError: Expecting value", "JSONDecodeError")
                $0.culprit = "agent.run"
            }
        ]
        self.events = events.map { event in
            EventRow(of: "4402", at: event.at) {
                ($0.traceID, $0.release, $0.environment) = (event.trace, "r1", "production")
            }
        }
    }
}
