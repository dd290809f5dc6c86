import Basics
import DetectorWorld
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
    private func rows(_ bad: Int, apart: Span = .minutes(5), _ output: (Int) -> String?) -> SyntheticRows {
        var rows = SyntheticRows()
        let length = Span.seconds(apart.seconds * Double(bad))
        rows.addCalls("search_kb", 300, ago: .minutes(1) + length, apart: .minutes(15), Self.good)
        rows.addCalls("search_kb", bad, apart: apart, output)
        return rows
    }

    @Test(
        "each kind of failure is found in the first scan of the tool, by its strategy",
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
    func everyKind(output: String, strategy: String) async throws {
        let report = try await rows(9) { _ in output }.tools().report
        let finding = try #require(report.findings.first, "\(report.message)")
        #expect(report.findings.count == 1 && report.state == .ok)
        #expect(finding.subject == "search_kb" && finding.severity == .high)
        #expect(finding.evidence["strategies"]?.array?.contains(.string(strategy)) == true, "\(finding.evidence)")
        #expect(finding.onset == SyntheticRows.toolTime - .minutes(41))
        #expect(finding.links.traces.count == 9 && finding.links.features.contains("support-bot"))
        #expect(finding.fingerprint == Fingerprint("tool_failure", "search_kb"))
        #expect(finding.evidence["failing"]?.int == 9)
    }

    @Test("the sentence has the counts, the past, the onset, the traces and the probability")
    func sentence() async throws {
        let finding = try #require(await rows(9) { _ in "<html>502</html>" }.tools().report.findings.first)
        #expect(
            finding.description.hasPrefix("search_kb: 9 of its last 9 outputs (100 %, 70 to 100 %) are pages of HTML"))
        #expect(
            finding.description.contains("of them were JSON objects")
                || finding.description.contains("were JSON objects"))
        #expect(finding.description.contains("(since 13:19)"))
        #expect(finding.description.contains("; 9 traces; p < 1e-"))
    }

    @Test("a text that becomes short is found by its length, the same answer to every question by its repetition")
    func lengthAndSameness() async throws {
        var rows = SyntheticRows()
        let long = { (place: Int) in "Weather of day \(place): " + String(repeating: "cloudy with some sun ", count: 20)
        }
        rows.addCalls("fetch_weather", 120, ago: .minutes(60), apart: .minutes(15), long)
        rows.addCalls("fetch_weather", 8) { _ in "n/a" }
        rows.addCalls("quote", 120, ago: .minutes(60), apart: .minutes(15), { #"{"price":\#($0)}"# })
        rows.addCalls("quote", 10) { _ in
            #"{"price":77}"#
        } change: {
            $0.latency = 0.001
        }
        let findings = try await rows.tools().report.findings
        #expect(Set(findings.map(\.subject)) == ["fetch_weather", "quote"])
        let short = try #require(findings.first { $0.subject == "fetch_weather" })
        #expect(short.evidence["strategies"] == ["C"] || short.evidence["strategies"] == ["A", "C"])
        #expect(short.description.contains("shorter than a fifth"))
        let stale = try #require(findings.first { $0.subject == "quote" })
        #expect(stale.description.contains("repeat another input's output"))
        #expect(stale.description.contains("answered in 1 ms where 400 ms were usual"))
    }

    @Test("healthy tools of every sort have no finding", arguments: 0..<5)
    func decoys(seed: Int) async throws {
        var random = SeededRandom(UInt64(seed) &* 77 &+ 5)
        var rows = SyntheticRows()
        func often(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        let empties = (0..<300).map { _ in often(0.3) }
        let optional = (0..<300).map { _ in often(0.2) }
        let errors = (0..<300).map { _ in often(0.06) }
        let few = (0..<300).map { _ in ["sunny", "rainy", "cloudy"].randomElement(using: &random) ?? "sunny" }
        rows.addCalls("list_orders", 300, apart: .minutes(7)) { empties[$0] ? "[]" : #"[{"id":\#($0)}]"# }
        rows.addCalls("profile", 300, apart: .minutes(7)) {
            optional[$0] ? #"{"name":"n\#($0)","vat":"x"}"# : #"{"name":"n\#($0)"}"#
        }
        rows.addCalls("charge", 300, apart: .minutes(7)) {
            errors[$0] ? #"{"error":"card declined"}"# : #"{"id":"ch_\#($0)","amount":12}"#
        }
        rows.addCalls("weather", 300, apart: .minutes(7)) { few[$0] }
        rows.addCalls("send_email", 300, apart: .minutes(7)) { _ in #"{"status":"ok"}"# }
        rows.addCalls("fetch_page", 300, apart: .minutes(7)) { "<!doctype html><html>page \($0)</html>" }
        rows.addCalls("deep", 300, apart: .minutes(7)) { #"{"user_\#($0)":{"score":\#($0)}}"# }
        let world = DetectorWorld(rows)
        var memory: [String: ToolProfile] = [:]
        for turn in 0..<4 {
            let now = SyntheticRows.toolTime - .hours(6) + .minutes(Double(turn) * 120)
            let run = try await world.tools(at: now, memory: memory, effort: .thorough)
            #expect(run.report.findings.isEmpty, "\(run.report.findings.map(\.description))")
            memory = run.memory
        }
    }

    @Test("calls that fail openly are found without their outputs, and are not silent failures")
    func openFailures() async throws {
        var rows = SyntheticRows()
        rows.addCalls("open", 300, apart: .minutes(7), Self.good)
        for place in rows.observations.indices.suffix(12) {
            (rows.observations[place].level, rows.observations[place].output) = ("ERROR", "Error: boom")
            rows.observations[place].statusMessage = "ConnectError"
        }
        let run = try await rows.tools()
        let finding = try #require(run.report.findings.first)
        #expect(run.report.findings.count == 1 && finding.subject == "open" && finding.severity == .high)
        #expect(finding.description.hasPrefix("open: 12 of its last 12 calls failed where 0 of 288 did (since 12:42)"))
        #expect(finding.onset == SyntheticRows.toolTime - .minutes(78))
        #expect(run.memory["open"]?.errors == 0)
    }

    @Test("a tool that failed and recovered is quiet, and what failed was not learnt")
    func recovered() async throws {
        var rows = rows(12) { _ in "<html>502</html>" }
        rows.addCalls("search_kb", 6, ago: .milliseconds(1), apart: .seconds(8), Self.good)
        for place in rows.observations.indices {
            rows.observations[place].startTime = rows.observations[place].startTime - .hours(2)
        }
        let run = try await rows.tools(at: SyntheticRows.toolTime - .hours(2))
        #expect(run.report.findings.isEmpty, "\(run.report.findings.map(\.description))")
        #expect(run.memory["search_kb"]?.pages == 0 && run.memory["search_kb"]?.profile.texts == 0)
        // It breaks again in the same way.
        rows.addCalls("search_kb", 8) { _ in "<html>502</html>" }
        #expect(try await rows.tools(memory: run.memory).report.findings.map(\.subject) == ["search_kb"])
    }

    @Test(
        "a tool that breaks between two cycles is found, and stays open while it is broken"
    )
    func fromTurnToTurn() async throws {
        var rows = SyntheticRows()
        rows.addCalls("search_kb", 400, ago: .minutes(90), apart: .minutes(4), Self.good)
        rows.addCalls("search_kb", 30, apart: .minutes(3)) { _ in "[]" }
        let world = DetectorWorld(rows)
        var memory: [String: ToolProfile] = [:]
        var found: [Instant] = []
        for turn in 0..<10 {
            let now = SyntheticRows.toolTime - .minutes(135) + .minutes(Double(turn) * 15)
            let run = try await world.tools(at: now, memory: memory, open: found.isEmpty ? [] : ["search_kb"])
            memory = run.memory
            if !run.report.findings.isEmpty { found.append(now) }
        }
        let first = try #require(found.first)
        // Broken since 12:32.
        #expect(first <= SyntheticRows.toolTime - .minutes(60))
        #expect(found.count >= 5 && found.last == SyntheticRows.toolTime)
        #expect(memory["search_kb"]?.empties == 0, "a broken period is not learnt from")
    }

    @Test("a tool that was broken before the first scan is compared with its older outputs")
    func contaminated() async throws {
        var rows = SyntheticRows()
        rows.addCalls("search_kb", 300, ago: .hours(20), apart: .minutes(15), Self.good)
        rows.addCalls("search_kb", 220, apart: .minutes(5)) { _ in #"{"error":"quota"}"# }
        let finding = try #require(await rows.tools().report.findings.first)
        #expect(finding.severity == .high)
        #expect(finding.description.contains("return an error inside a success where 0 of"))
    }

    @Test("two failures, or too few earlier outputs, are not a finding")
    func tooFew() async throws {
        #expect(try await rows(2) { _ in "{}" }.tools().report.findings.isEmpty)
        var young = SyntheticRows()
        young.addCalls("new_tool", 12, ago: .minutes(30), Self.good)
        young.addCalls("new_tool", 4) { _ in "{}" }
        let report = try await young.tools().report
        #expect(report.findings.isEmpty && report.state == .learning)
        #expect(report.message.contains("learning (1 of 1 tools)"))
    }

    @Test("few failures are medium, and a tool that never worked is reported")
    func severities() async throws {
        #expect(try await rows(4) { _ in "{}" }.tools().report.findings.map(\.severity) == [.medium])
        var rows = SyntheticRows()
        rows.addCalls("lookup", 60) { _ in "{}" }
        rows.addCalls("denied", 60) { _ in #"{"error":"unauthorized"}"# }
        let findings = try await rows.tools().report.findings
        #expect(findings.map(\.subject) == ["denied", "lookup"])
        #expect(findings.map(\.severity) == [.medium, .info])
    }

    @Test("the same input again and again in one trace is one failure")
    func insisting() async throws {
        var rows = SyntheticRows()
        rows.addCalls("search_kb", 300, ago: .minutes(60), apart: .minutes(15), Self.good)
        rows.addCalls("search_kb", 10) { _ in
            #"{"hits":[],"total":0}"#
        } change: {
            ($0.input, $0.traceID) = (#"{"q":"nothing like it"}"#, "trace-same")
        }
        #expect(try await rows.tools().report.findings.isEmpty)
    }

    @Test("NaN, huge and unreadable outputs are skipped and named, and the others judged")
    func poisoned() async throws {
        var rows = rows(9) { _ in "{}" }
        rows.addCalls("vectors", 80) { $0 % 2 == 0 ? #"{"score":NaN}"# : #"{"score":0.\#($0)}"# }
        rows.addCalls("dump", 30) { _ in String(repeating: "x", count: 1_000_001) }
        rows.addCall("search_kb", at: SyntheticRows.toolTime - .minutes(2), nil) { ($0.input, $0.endTime) = (nil, nil) }
        let report = try await rows.tools().report
        #expect(report.findings.map(\.subject) == ["search_kb"])
        #expect(report.skipped.contains { $0.contains("outputs of vectors") && $0.contains("NaN") })
        #expect(report.skipped.contains { $0.contains("of dump has 1000001 bytes") })
    }

    @Test("examples have a short beginning without secrets and control characters")
    func hostile() async throws {
        let secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
        let finding = try #require(
            await rows(9) { _ in "Error: \u{1B}[31m\(secret) \u{202E}" + String(repeating: "x", count: 300) }
                .tools().report.findings.first)
        let text = finding.evidence.serialized + finding.description
        #expect(!text.contains(secret) && !text.contains("\u{1B}") && !text.contains("\u{202E}"))
        let begins = finding.evidence["examples"]?[0]?["begins"]?.string ?? ""
        #expect(begins.contains("[redacted]") && begins.count <= 80)
    }
}
