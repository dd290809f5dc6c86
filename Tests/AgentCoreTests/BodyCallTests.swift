import AgentCore
import Basics
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("Calls of a scan over many names")
struct BodyCallTests {
    private static let observations = 6000

    /// 30 features and 40 tools over four days, each trace with a generation and one or two calls of tools. One feature has lost a
    /// key, one tool gives nothing, and one tool is called seldom.
    private static func fill(_ world: SandboxWorld) {
        var random = SeededRandom(4)
        var rows: [SandboxObservation] = []
        let traces = observations * 2 / 5
        for place in 0..<traces {
            let start =
                Stage.start - .minutes(2) - .seconds(Span.days(4).seconds * Double(traces - 1 - place) / Double(traces))
            let isRecent = start > Stage.start - .hours(12)
            let (feature, tool) = (Int.random(in: 0..<30, using: &random), Int.random(in: 0..<39, using: &random))
            let body = feature == 3 && isRecent ? #"{"answer":\#(place)}"# : #"{"response":"r\#(place)","score":0.5}"#
            rows.append(row("t\(place)", 0, "feature-\(feature)", at: start, body))
            for call in 0..<(place % 2 + 1) {
                let name = place % 300 == 0 ? "tool-seldom" : "tool-\(tool)"
                let found = tool == 5 && isRecent ? "[]" : #"[{"id":\#(place),"text":"found \#(place)"}]"#
                rows.append(row("t\(place)", call + 1, name, at: start + .seconds(Double(call) + 1), found))
            }
        }
        world.change { state in
            state.observations = rows.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        }
    }

    private static func row(
        _ trace: String, _ number: Int, _ name: String, at start: Instant, _ output: String
    ) -> SandboxObservation {
        SandboxObservation(
            id: "\(trace)-\(number)", traceID: trace, traceName: "agent", type: number == 0 ? "GENERATION" : "TOOL",
            name: name, model: number == 0 ? "gpt-4o-mini" : "", start: start, inputTokens: 100, outputTokens: 20,
            cost: number == 0 ? 0.001 : 0, input: #"{"q":"\#(trace)-\#(number)"}"#, output: output,
            parentID: number == 0 ? nil : "\(trace)-0")
    }

    @Test(
        "the outputs of 70 names take few calls, a second scan takes two at most, and the reported calls are those made"
    )
    func calls() async throws {
        let stage = try Stage(prepare: Self.fill)
        let first = try await stage.scan(carryingOutActs: false)
        let seen = stage.world.calls(to: .langfuse).count
        // Pages of rows and scores, and their windows.
        #expect(seen <= Self.observations / 1000 + 10 + 30, "\(seen)")
        #expect(first.sources.first { $0.name == "langfuse" }?.calls == seen)
        let found = Set(first.findings.filter { !$0.isNote }.map(\.subject))
        #expect(found.isSuperset(of: ["feature-3", "tool-5"]), "\(found)")
        for detector in first.detectors { #expect(!detector.message.contains("wait"), "\(detector.message)") }
        stage.world.forgetCalls()
        stage.advance(by: .minutes(1))
        let second = try await stage.scan(carryingOutActs: false)
        let again = stage.world.calls(to: .langfuse).count
        #expect(again <= 2, "\(stage.world.calls(to: .langfuse).map(\.path))")
        #expect(second.sources.first { $0.name == "langfuse" }?.calls == again)
        #expect(
            Set(second.findings.map(\.subject)).isSuperset(of: ["feature-3", "tool-5"]),
            "what is stored is judged again")
    }

    @Test("bodies that come with the rows of the older list are not read again")
    func olderList() async throws {
        let stage = try Stage(prepare: { world in
            Self.fill(world)
            world.change { $0.langfuse = .v1 }
        })
        let report = try await stage.scan(carryingOutActs: false)
        #expect(Set(report.findings.map(\.subject)).isSuperset(of: ["feature-3", "tool-5"]))
        let lists = stage.world.calls(to: .langfuse).count { $0.path == "/api/public/observations" }
        // A hundred rows a page, in windows.
        #expect(lists <= Self.observations / 100 + 12, "\(lists)")
    }
}
