import Basics
import Detectors
import OnCallModel
import TestSupport
import Testing

@Suite("What tool_failure reads, and what Sentry adds")
struct ToolRoundTests {
    private func isLive(_ query: DetectorQuery) -> Bool {
        query.sql.contains("from_start_time") || query.sql.contains("sentry.events")
    }

    private func busy(_ count: Int, _ outputs: Int = 400) -> PlantedTools {
        var world = PlantedTools()
        for tool in 0..<count {
            world.plant("tool-\(tool)", outputs, apart: .minutes(3)) { #"{"value":\#($0),"unit":"kg"}"# }
        }
        return world
    }

    @Test("a tool costs a call or two at first, and all of them together one a turn afterwards")
    func calls() {
        let world = busy(6)
        var tools: [String: ToolProfile] = [:]
        var calls: [Int] = []
        for turn in 0..<6 {
            let (report, queries) = world.run(
                at: PlantedTools.start - .minutes(75) + .minutes(Double(turn) * 15), tools: Array(tools.values))
            calls.append(queries.count(where: isLive))
            for tool in report.tools { tools[tool.tool] = tool }
        }
        #expect(tools.count == 6)
        #expect(calls == [9, 1, 1, 1, 1, 1], "\(calls)")
    }

    @Test("a turn that somebody asked for stays within its calls, and says how many tools wait")
    func thorough() {
        let (report, queries) = busy(40, 60).run(effort: .thorough)
        #expect(queries.count(where: isLive) == 25)
        #expect(report.tools.count == 25)
        #expect(report.message.contains("15 wait for the next turn"), "\(report.message)")
        #expect(report.message.contains("learning (15 of 40 tools)"))
    }

    @Test("names that come once cost nothing, and a turn without tools asks for nothing")
    func noTools() {
        var world = PlantedTools()
        for place in 0..<200 { world.plant("tool-\(place)", 1, ago: .minutes(5)) { _ in "x" } }
        let (report, queries) = world.run()
        #expect(!queries.contains(where: isLive) && report.state == .learning)
        let empty = PlantedTools().run()
        #expect(empty.report.state == .ok && empty.queries.count == 1, "a project without tools is not blind")
    }

    @Test("a seldom called tool is read when the busy ones were just looked at")
    func seldom() {
        var world = busy(3)
        world.plant("seldom", 60, ago: .minutes(20), apart: .hours(3)) { #"{"value":\#($0)}"# }
        var tools: [String: ToolProfile] = [:]
        for turn in 0..<3 {
            let now = PlantedTools.start - .hours(5) + .minutes(Double(turn) * 15)
            for tool in world.run(at: now, tools: Array(tools.values), effort: .thorough).report.tools {
                tools[tool.tool] = tool
            }
        }
        let before = tools["seldom"]?.newestOutput
        for turn in 0..<4 {
            let now = PlantedTools.start - .minutes(45) + .minutes(Double(turn) * 15)
            let (report, queries) = world.run(at: now, tools: Array(tools.values))
            #expect(queries.count(where: isLive) <= 1)
            for tool in report.tools { tools[tool.tool] = tool }
        }
        #expect(tools["seldom"]?.newestOutput != before)
    }

    @Test("outputs that cannot be read are no empty outputs")
    func bodiesDown() {
        var world = busy(2)
        world.bodiesAreDown = true
        let report = world.run().report
        #expect(report.findings.isEmpty && report.tools.isEmpty && report.state == .learning)
    }

    // MARK: Sentry

    /// 200 traces, of which every fourth calls the tool.
    private func errors(traces: Bool, afterTool: Bool) -> PlantedTools {
        var world = PlantedTools()
        let start = PlantedTools.start - .hours(5)
        for place in 0..<200 {
            let at = start + .seconds(Double(place) * 88)
            let trace = "trace-\(place)"
            world.calls.append(
                .init(tool: "classify", at: at, output: #"{"k":\#(place)}"#, input: "i\(place)", trace: trace))
            guard place % 4 == 0 else { continue }
            world.calls.append(
                .init(
                    tool: "parse_invoice", at: at + .seconds(afterTool ? 2 : 30), output: #"{"sum":\#(place)}"#,
                    input: "i\(place)", trace: trace))
            if place % 8 == 0 || !afterTool {
                world.events.append(.init(at: at + .seconds(20), trace: traces ? trace : nil))
            }
        }
        return world
    }

    @Test("calls that come before the errors of their own traces are told, by trace and else by time")
    func correlated() throws {
        for traces in [true, false] {
            let finding = try #require(errors(traces: traces, afterTool: true).run().report.findings.first)
            #expect(finding.subject == "parse_invoice" && finding.severity == .medium)
            #expect(finding.evidence["strategies"] == ["B"])
            #expect(finding.evidence["sentry"]?["link"]?.string == (traces ? "trace" : "time"))
            #expect(finding.description.contains("JSONDecodeError (4402)"))
        }
    }

    @Test("a tool that is called because of the error, and one that every trace calls, are left alone")
    func consequence() {
        #expect(errors(traces: true, afterTool: false).run().report.findings.isEmpty)
        var world = errors(traces: true, afterTool: true)
        world.calls.removeAll { $0.tool == "parse_invoice" }
        #expect(world.run().report.findings.isEmpty)
    }

    @Test("a tool that every trace calls is told where the new issue names it, as a word of its own")
    func named() throws {
        var world = PlantedTools()
        world.plant("track_parcel", 100, ago: .hours(2), apart: .minutes(30)) { #"{"id":\#($0)}"# }
        world.plant("track_parcel", 18, apart: .minutes(4)) { #"{"id":\#($0)}"# }
        for call in world.calls.suffix(18) { world.events.append(.init(at: call.at + .seconds(3), trace: call.trace)) }
        #expect(world.run().report.findings.isEmpty)
        world.culprit = "tools.track_parcels in call"
        #expect(world.run().report.findings.isEmpty)
        world.culprit = "tools.track_parcel in call"
        let finding = try #require(world.run().report.findings.first)
        #expect(finding.evidence["strategies"] == ["B"] && finding.severity == .medium)
        #expect(finding.description.contains("18 of 18 traces that called it failed afterwards"))
    }

    @Test("Sentry in trouble blinds neither the schema nor the length")
    func withoutSentry() {
        var world = PlantedTools()
        world.plant("search_kb", 300, ago: .minutes(60), apart: .minutes(15), ToolFailureTests.good)
        world.plant("search_kb", 9) { _ in "[]" }
        world.sentryIsDown = true
        let (report, queries) = world.run()
        #expect(report.findings.map(\.subject) == ["search_kb"])
        #expect(!queries.contains { $0.sql.contains("sentry.") && !$0.isOptional })
    }
}
