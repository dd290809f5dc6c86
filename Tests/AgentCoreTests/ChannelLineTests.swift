import AgentCore
import Basics
import Configuration
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("Channels on the stage")
struct ChannelLineTests {
    /// A stage with PagerDuty as the channel `night` and a program as the channel `pager`.
    private func stage(
        _ rows: [(key: String, row: [(name: String, text: String)])], at start: Instant = Stage.start
    ) throws -> Stage {
        let stage = try Stage()
        stage.moment.withLock { $0 = start }
        let file = SettingsFile(path: "\(stage.folder.path)/settings.json")
        try file.addRow(
            to: "channels", [("name", "night"), ("kind", "pagerduty"), ("secret", "PAGERDUTY_ROUTING_KEY")])
        try file.addRow(to: "channels", [("name", "pager"), ("kind", "command"), ("command", "/usr/bin/page,me")])
        for row in rows { try file.addRow(to: row.key, row.row) }
        return stage
    }

    private func alerts(_ stage: Stage) -> [String] {
        stage.world.read {
            $0.pagerDuty.incidents.filter { $0.key?.hasPrefix("sentinel-") == true }.map { "\($0.status) \($0.title)" }
        }
    }

    @Test("a route notifies all of its channels; an alert is acknowledged and resolved with its incident")
    func routed() async throws {
        let stage = try stage([
            ("routes", [("type", "agent_loop"), ("channels", "night")]), ("routes", [("channels", "slack,pager")]),
        ])
        _ = try await stage.scan()
        let loop = try #require(try await stage.read(.incidents(limit: 9)).first { $0.type == .agentLoop })
        #expect(
            alerts(stage).count == 1 && alerts(stage)[0].hasPrefix("triggered HIGH agent_loop: "), "\(alerts(stage))")
        #expect(stage.posts.map(\.text).allSatisfy { !$0.contains("agent_loop") } && stage.posts.count == 1)
        let ran = stage.programs.withLock { $0 }
        #expect(ran.count == 1 && ran[0].command == ["/usr/bin/page", "me"])
        #expect(ran[0].variables["SENTINEL_TYPE"] == "cost_spike" && ran[0].variables["SENTINEL_EVENT"] == "opened")

        try await ask(.acknowledge(incident: loop.id), stage)
        #expect(alerts(stage)[0].hasPrefix("acknowledged "))
        try await ask(.resolve(incident: loop.id), stage)
        #expect(alerts(stage)[0].hasPrefix("resolved "))
    }

    @Test("the next channel is notified when one has failed, in the order of the route")
    func fallback() async throws {
        let stage = try stage([("routes", [("channels", "slack"), ("fallback", "pager,night")])])
        stage.world.failWrites(.slack, .refused("not_in_channel"))
        stage.programFault.withLock { $0 = "/usr/bin/page ended with status 1." }
        _ = try await stage.scan()
        let incidents = try await stage.read(.incidents(limit: 9)).count
        #expect(
            stage.posts.isEmpty && stage.programs.withLock(\.count) == incidents && alerts(stage).count == incidents)
    }

    @Test("in quiet hours only critical incidents are notified, and the others when they end")
    func quietHours() async throws {
        let stage = try stage([("quiet_hours", [("from", "14:00"), ("until", "15:00")])])
        _ = try await stage.scan()
        let found = try await stage.read(.incidents(limit: 9))
        let critical = found.filter { $0.severity == .critical }.count
        #expect(found.count > critical && stage.posts.count == critical, "\(stage.posts.map(\.text))")
        stage.advance(by: .minutes(41))
        _ = try await stage.scan()
        #expect(stage.posts.count == found.count)
    }

    private func ask(_ intent: Intent, _ stage: Stage) async throws {
        _ = try await IntentInbox(stage.store).append(intent, author: "eve@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
    }
}
