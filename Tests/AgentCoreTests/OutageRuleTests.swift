import Basics
import IncidentStore
import OnCallModel
import Testing

@testable import AgentCore

@Suite("Outages of sources and jobs")
struct OutageRuleTests {
    private static let now = Instant(iso8601: "2026-11-24T03:00:00Z")!
    private let now = now

    private func rule(awakeSince: Instant = now - .days(1)) -> OutageRule {
        OutageRule(settings: Settings(), awakeSince: awakeSince, now: now)
    }

    private func outage(_ source: String, _ minutes: Double) -> SourceOutage {
        SourceOutage(source: source, since: now - .minutes(minutes), reason: "The key is not accepted.")
    }

    @Test("a source is reported after its limit, and more severely if detectors read it")
    func sources() {
        let found = rule().findings(
            [outage("langfuse", 30), outage("linear", 31), outage("slack", 29)], [], lastScan: now - .minutes(5))
        #expect(found.map(\.subject) == ["langfuse", "linear"] && found.map(\.severity) == [.high, .medium])
        #expect(
            found[0].description
                == "langfuse has been down for 30 min 0 s. Detectors that read it are blind. The key is not accepted.")
    }

    @Test("after the machine slept, nothing is known before the next scan ends (row 51)")
    func asleep() {
        let outages = [outage("langfuse", 480)]
        let rule = rule(awakeSince: now - .minutes(2))
        let late = [JobRecord(name: "oncall_brain", lastRunAt: now - .hours(8), nextRunAt: nil)]
        #expect(rule.findings(outages, late, lastScan: now - .hours(8)).isEmpty)
        #expect(rule.findings(outages, late, lastScan: now - .minutes(1)).map(\.subject) == ["langfuse"])
    }

    @Test("a job is reported when it has missed two runs")
    func jobs() {
        func found(_ name: String, _ hours: Double) -> [Finding] {
            rule().findings([], [JobRecord(name: name, lastRunAt: now - .hours(hours), nextRunAt: nil)], lastScan: nil)
        }
        #expect(found("oncall_brain", 0.7).isEmpty && found("oncall_brain", 0.8).map(\.severity) == [.critical])
        #expect(found("drift_patrol", 12).isEmpty && found("drift_patrol", 12.1).map(\.severity) == [.medium])
        #expect(found("pulse", 99).isEmpty && found("of a newer program", 99).isEmpty)
    }

    @Test("the heartbeat is sent while scans end, again after a failure, and a failure is told once (row 52)")
    func heartbeat() {
        var machine = HeartbeatMachine()
        func isDue(_ minutes: Double, scan: Double) -> Bool {
            machine.isDue(at: now + .minutes(minutes), lastScan: now + .minutes(scan), cadence: .minutes(15))
        }
        #expect(isDue(0, scan: -1) && !isDue(0, scan: -36))
        #expect(machine.sent(fault: "No answer.", at: now)?.contains("No answer.") == true && isDue(1, scan: 0))
        #expect(machine.sent(fault: "No answer.", at: now + .minutes(1)) == nil)
        #expect(machine.sent(fault: nil, at: now + .minutes(2)) == "The heartbeat arrives again.")
        #expect(!isDue(6.9, scan: 0) && isDue(7, scan: 0))
    }
}
