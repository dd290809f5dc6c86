import Basics
import OnCallModel
import Testing

@testable import Detectors

@Suite("Tools that fail openly")
struct ToolOpenFailuresTests {
    private let start = Instant(iso8601: "2026-11-24T01:00:00Z")!

    /// `.` a good call, `x` a failed one, one a minute.
    private func calls(_ pattern: String) -> [ToolOpenFailures.Call] {
        pattern.enumerated().map { place, mark in
            ToolOpenFailures.Call(
                at: start + .minutes(Double(place)), trace: "t\(place)", feature: "desk",
                message: mark == "x" ? "ConnectError" : "", isFailed: mark == "x")
        }
    }

    private func good(_ count: Int) -> String { String(repeating: ".", count: count) }

    @Test("calls that fail for the first time are found from the first failure on")
    func found() throws {
        let open = try #require(ToolOpenFailures("quote", calls(good(60) + "xx.xxx")))
        #expect((open.failures.count, open.recent.count, open.past, open.pastFailed) == (5, 6, 60, 0))
        let finding = try #require(ToolFinding.make(open, sql: ""))
        #expect(finding.subject == "quote" && finding.severity == .high && finding.onset == start + .minutes(60))
        #expect(
            finding.description.hasPrefix(
                "quote: 5 of its last 6 calls failed where 0 of 60 did (since 02:00), most with “ConnectError”; 5 traces;"
            ),
            "\(finding.description)")
    }

    @Test(
        "no finding: recovered, too few, too new, as always, or an older failure that has ended",
        arguments: ["60 xxxxxx 9", "60 xx", "9 xxxxxx", "60"])
    func quiet(pattern: String) {
        let text = pattern.split(separator: " ").map { Int($0).map(good) ?? String($0) }.joined()
        #expect(ToolOpenFailures("quote", calls(text)) == nil, "\(text)")
    }

    @Test("a tool of which one call in four always fails is not reported")
    func habit() {
        let usual = (0..<120).map { $0 % 4 == 3 ? "x" : "." }.joined()
        #expect(ToolOpenFailures("flaky", calls(usual)) == nil)
        #expect(ToolOpenFailures("flaky", calls(usual + "xxxx")) == nil)
    }

    @Test("the message of a failed call is quoted without secrets and escapes")
    func hostileMessage() throws {
        var calls = calls(good(60) + "xxxxx")
        for place in calls.indices where calls[place].isFailed {
            calls[place].message = "\u{1B}[31mdenied for ghp_0123456789abcdefghijABCDEFGHIJ012345"
        }
        let open = try #require(ToolOpenFailures("quote", calls))
        let sentence = try #require(ToolFinding.make(open, sql: "")).description
        #expect(sentence.contains("denied for") && !sentence.contains("ghp_0123456789") && !sentence.contains("\u{1B}"))
    }
}
