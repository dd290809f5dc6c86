import Basics
import Detectors
import OnCallModel
import TestSupport
import Testing

@Suite("Silent tool failures")
struct ToolFailureTests {
    static func good(_ place: Int) -> String {
        #"{"hits":[{"id":\#(place),"title":"Article number \#(place) of the handbook"}],"total":\#(place % 9 + 1),"took":12.5}"#
    }

    /// A healthy past of 300 outputs, then what is planted.
    private func world(_ bad: Int, apart: Span = .minutes(5), _ output: @escaping (Int) -> String?) -> PlantedTools {
        var world = PlantedTools()
        let length = Span.seconds(apart.seconds * Double(bad))
        world.plant("search_kb", 300, ago: .minutes(1) + length, apart: .minutes(15), Self.good)
        world.plant("search_kb", bad, apart: apart, output)
        return world
    }

    @Test(
        "each kind of failure is found at the first sight of the tool, by its strategy",
        arguments: [
            ("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "A"),
            ("Error: upstream said 503", "A"),
            (#"{"error":"index is being rebuilt","code":"unavailable"}"#, "A"),
            (#"{"content":[{"type":"text","text":"boom"}],"isError":true}"#, "A"),
            (#"{"status":"error","message":"try again"}"#, "A"),
            ("Traceback (most recent call last):\n  File \"a.py\"\nKeyError: 'x'", "A"),
            (#"{"hits":[{"id":1,"title":"Article numb"#, "A"),
            (#"{"total":3,"took":12.5}"#, "A"),
            (#"{"hits":[{"id":1,"title":"Article 1 of the handbook"}],"total":"3","took":12.5}"#, "A"),
            (#"{"hits":{"message":"gone"},"total":3,"took":12.5}"#, "A"),
            (#"{"result":{"hits":[{"id":1,"title":"Article"}],"total":3,"took":12.5}}"#, "A"),
            ("[]", "C"), ("{}", "C"), ("null", "C"), ("", "C"), (#"{"hits":[],"total":0,"took":0}"#, "C"),
        ])
    func everyKind(output: String, strategy: String) throws {
        let (report, _) = world(9) { _ in output }.run()
        let finding = try #require(report.findings.first, "\(report.message)")
        #expect(report.findings.count == 1 && report.state == .ok)
        #expect(finding.subject == "search_kb" && finding.severity == .high)
        #expect(finding.evidence["strategies"]?.array?.contains(.string(strategy)) == true, "\(finding.evidence)")
        #expect(finding.onset == PlantedTools.start - .minutes(41))
        #expect(finding.links.traces.count == 9 && finding.links.features.contains("support-bot"))
        #expect(finding.fingerprint == Fingerprint("tool_failure", "search_kb"))
        #expect(finding.evidence["failing"]?.int == 9)
    }

    @Test("the sentence has the counts, the past, the beginning, the traces and the chance")
    func sentence() throws {
        let finding = try #require(world(9) { _ in "<html>502</html>" }.run().report.findings.first)
        #expect(
            finding.description.hasPrefix("search_kb: 9 of its last 9 outputs (100 %, 70 to 100 %) are pages of HTML"))
        #expect(
            finding.description.contains("of them were JSON objects")
                || finding.description.contains("were JSON objects"))
        #expect(finding.description.contains("(since 13:19)"))
        #expect(finding.description.contains("; 9 traces; p < 1e-"))
    }

    @Test("a text that collapses is found by its length, the same answer for every question by its sameness")
    func lengthAndSameness() throws {
        var world = PlantedTools()
        let long = { (place: Int) in "Weather of day \(place): " + String(repeating: "cloudy with some sun ", count: 20)
        }
        world.plant("fetch_weather", 120, ago: .minutes(60), apart: .minutes(15), long)
        world.plant("fetch_weather", 8) { _ in "n/a" }
        world.plant("quote", 120, ago: .minutes(60), apart: .minutes(15), { #"{"price":\#($0)}"# })
        world.plant("quote", 10, latency: 0.001) { _ in #"{"price":77}"# }
        let findings = world.run().report.findings
        #expect(Set(findings.map(\.subject)) == ["fetch_weather", "quote"])
        let short = try #require(findings.first { $0.subject == "fetch_weather" })
        #expect(short.evidence["strategies"] == ["C"] || short.evidence["strategies"] == ["A", "C"])
        #expect(short.description.contains("shorter than a fifth"))
        let stale = try #require(findings.first { $0.subject == "quote" })
        #expect(stale.description.contains("repeat another input's output"))
        #expect(stale.description.contains("answered in 1 ms where 400 ms were usual"))
    }

    @Test("healthy tools of every sort are left alone, whatever the seed", arguments: 0..<5)
    func decoys(seed: Int) {
        var random = SplitMix(state: UInt64(seed) &* 77 &+ 5)
        var world = PlantedTools()
        func often(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        let empties = (0..<300).map { _ in often(0.3) }
        let optional = (0..<300).map { _ in often(0.2) }
        let errors = (0..<300).map { _ in often(0.06) }
        let few = (0..<300).map { _ in ["sunny", "rainy", "cloudy"].randomElement(using: &random) ?? "sunny" }
        world.plant("list_orders", 300, apart: .minutes(7)) { empties[$0] ? "[]" : #"[{"id":\#($0)}]"# }
        world.plant("profile", 300, apart: .minutes(7)) {
            optional[$0] ? #"{"name":"n\#($0)","vat":"x"}"# : #"{"name":"n\#($0)"}"#
        }
        world.plant("charge", 300, apart: .minutes(7)) {
            errors[$0] ? #"{"error":"card declined"}"# : #"{"id":"ch_\#($0)","amount":12}"#
        }
        world.plant("weather", 300, apart: .minutes(7)) { few[$0] }
        world.plant("send_email", 300, apart: .minutes(7)) { _ in #"{"status":"ok"}"# }
        world.plant("fetch_page", 300, apart: .minutes(7)) { "<!doctype html><html>page \($0)</html>" }
        world.plant("deep", 300, apart: .minutes(7)) { #"{"user_\#($0)":{"score":\#($0)}}"# }
        // Failed openly: an error that the SDK knows of is not silent.
        world.plant("open", 300, apart: .minutes(7), { Self.good($0) })
        for place in world.calls.indices.suffix(12) {
            world.calls[place].level = "ERROR"
            world.calls[place].output = "Error: boom"
        }
        var tools: [ToolProfile] = []
        for turn in 0..<4 {
            let now = PlantedTools.start - .hours(6) + .minutes(Double(turn) * 120)
            let report = world.run(at: now, tools: tools, effort: .thorough).report
            #expect(report.findings.isEmpty, "\(report.findings.map(\.description))")
            var known = Dictionary(tools.map { ($0.tool, $0) }) { $1 }
            for tool in report.tools { known[tool.tool] = tool }
            tools = Array(known.values)
        }
    }

    @Test("a tool that failed and recovered is quiet, and what failed was not learnt")
    func recovered() throws {
        var world = world(12) { _ in "<html>502</html>" }
        world.plant("search_kb", 6, ago: .milliseconds(1), apart: .seconds(8), Self.good)
        world.calls = world.calls.map { call in
            var call = call
            call.at = call.at - .hours(2)
            return call
        }
        let report = world.run(at: PlantedTools.start - .hours(2)).report
        #expect(report.findings.isEmpty, "\(report.findings.map(\.description))")
        #expect(report.tools.map(\.pages) == [0] && report.tools.first?.profile.texts == 0)
        // It breaks again in the same way.
        world.plant("search_kb", 8) { _ in "<html>502</html>" }
        #expect(world.run(tools: report.tools).report.findings.map(\.subject) == ["search_kb"])
    }

    @Test(
        "a tool that breaks before its very eyes is found from one turn to the next, and stays found while it is broken"
    )
    func fromTurnToTurn() throws {
        var world = PlantedTools()
        world.plant("search_kb", 400, ago: .minutes(90), apart: .minutes(4), Self.good)
        world.plant("search_kb", 30, apart: .minutes(3)) { _ in "[]" }
        var tools: [ToolProfile] = []
        var found: [Instant] = []
        for turn in 0..<10 {
            let now = PlantedTools.start - .minutes(135) + .minutes(Double(turn) * 15)
            let report = world.run(at: now, tools: tools, open: found.isEmpty ? [] : ["search_kb"]).report
            tools = report.tools.isEmpty ? tools : report.tools
            if !report.findings.isEmpty { found.append(now) }
        }
        let first = try #require(found.first)
        // Broken since 12:32.
        #expect(first <= PlantedTools.start - .minutes(60))
        #expect(found.count >= 5 && found.last == PlantedTools.start)
        #expect(tools.first?.empties == 0, "a broken period is not learnt from")
    }

    @Test("a tool that was broken for long before it was first seen is held against its older outputs")
    func contaminated() throws {
        var world = PlantedTools()
        world.plant("search_kb", 300, ago: .hours(20), apart: .minutes(15), Self.good)
        world.plant("search_kb", 220, apart: .minutes(5)) { _ in #"{"error":"quota"}"# }
        let finding = try #require(world.run().report.findings.first)
        #expect(finding.severity == .high)
        #expect(finding.description.contains("say an error inside a success where 0 of"))
    }

    @Test("two failures, or too little past, page nobody")
    func tooFew() {
        #expect(world(2) { _ in "{}" }.run().report.findings.isEmpty)
        var young = PlantedTools()
        young.plant("new_tool", 12, ago: .minutes(30), Self.good)
        young.plant("new_tool", 4) { _ in "{}" }
        let report = young.run().report
        #expect(report.findings.isEmpty && report.state == .learning)
        #expect(report.message.contains("learning (1 of 1 tools)"))
    }

    @Test("few failures are medium, a tool that never did anything else is told of")
    func severities() throws {
        #expect(world(4) { _ in "{}" }.run().report.findings.map(\.severity) == [.medium])
        var world = PlantedTools()
        world.plant("lookup", 60) { _ in "{}" }
        world.plant("denied", 60) { _ in #"{"error":"unauthorized"}"# }
        let findings = world.run().report.findings
        #expect(findings.map(\.subject) == ["denied", "lookup"])
        #expect(findings.map(\.severity) == [.medium, .info])
    }

    @Test("an agent that asks the same again and again is one failure")
    func insisting() {
        var world = PlantedTools()
        world.plant("search_kb", 300, ago: .minutes(60), apart: .minutes(15), Self.good)
        world.plant("search_kb", 10, input: { _ in #"{"q":"nothing like it"}"# }) { _ in #"{"hits":[],"total":0}"# }
        for place in world.calls.indices.suffix(10) { world.calls[place].trace = "trace-same" }
        #expect(world.run().report.findings.isEmpty)
    }

    @Test("NaN, huge and unreadable outputs are set aside and named, and the others judged")
    func poisoned() throws {
        var world = world(9) { _ in "{}" }
        world.plant("vectors", 80) { $0 % 2 == 0 ? #"{"score":NaN}"# : #"{"score":0.\#($0)}"# }
        world.plant("dump", 30) { _ in String(repeating: "x", count: 1_000_001) }
        world.calls.append(
            .init(
                tool: "search_kb", at: PlantedTools.start - .minutes(2), output: nil, input: nil, trace: "t",
                isOpen: true))
        let report = world.run().report
        #expect(report.findings.map(\.subject) == ["search_kb"])
        #expect(report.skipped.contains { $0.contains("outputs of vectors") && $0.contains("NaN") })
        #expect(report.skipped.contains { $0.contains("of dump has 1000001 bytes") })
    }

    @Test("examples hold a short beginning without secrets and control characters")
    func hostile() throws {
        let secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
        let finding = try #require(
            world(9) { _ in "Error: \u{1B}[31m\(secret) \u{202E}" + String(repeating: "x", count: 300) }
                .run().report.findings.first)
        let text = finding.evidence.serialized + finding.description
        #expect(!text.contains(secret) && !text.contains("\u{1B}") && !text.contains("\u{202E}"))
        let begins = finding.evidence["examples"]?[0]?["begins"]?.string ?? ""
        #expect(begins.contains("[redacted]") && begins.count <= 80)
    }
}
