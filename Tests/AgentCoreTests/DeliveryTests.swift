import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Testing

@Suite("Delivery of notices")
struct DeliveryTests {
    @Test(
        "A notice that is refused is shown as not delivered, and is sent once when the cause is fixed (rows 1 and 10)",
        arguments: [
            SandboxWorld.Fault.refused("is_archived"), .refused("token_expired"), .status(401), .loginPage,
        ])
    func refused(fault: SandboxWorld.Fault) async throws {
        let stage = try Stage()
        stage.world.failWrites(.slack, fault)
        stage.world.failWrites(.github, .status(410))
        let before = try await stage.scan()
        #expect(before.isPartial && stage.posts.isEmpty && stage.issues.isEmpty)
        let slack = try #require(before.sources.first { $0.name == "slack" })
        #expect(slack.state == .partial && slack.message.contains("could be delivered"))
        let pending = before.incidents.map(\.summary).filter { !$0.life.isMuted }
        #expect(!pending.isEmpty)
        for incident in pending {
            #expect(incident.life.notifiedAt == nil && incident.undelivered.count == 2, "\(incident.undelivered)")
            #expect(incident.json["undelivered"]?.string?.contains("slack: ") == true)
        }
        let board = try await stage.read(.dashboard(at: stage.clock))
        #expect(board.undelivered >= 2 * pending.count)
        #expect(board.sources.first { $0.name == "github" }?.state == .partial)

        stage.advance(by: .minutes(1))
        _ = try await stage.scan()
        #expect(stage.posts.isEmpty)
        stage.world.heal()
        for _ in 0..<3 {
            stage.advance(by: .minutes(5))
            _ = try await stage.scan()
        }
        let after = try await stage.read(.incidents(limit: 50)).filter { $0.life.notifiedAt != nil }
        #expect(after.count >= pending.count && after.allSatisfy { $0.undelivered.isEmpty })
        #expect(stage.posts.count == after.count && stage.issues.count == after.count)
        #expect(try await stage.read(.dashboard(at: stage.clock)).undelivered == 0)
    }

    @Test("What Slack refuses still goes out as an issue, and counts as a notification")
    func otherChannel() async throws {
        let stage = try Stage()
        stage.world.failWrites(.slack, .refused("is_archived"))
        let report = try await stage.scan()
        let notified = report.incidents.map(\.summary).filter { $0.life.notifiedAt != nil }
        #expect(!notified.isEmpty && report.isPartial)
        #expect(notified.allSatisfy { $0.undelivered.count == 1 && $0.undelivered[0].hasPrefix("slack: ") })
    }

    @Test(
        "A channel given by name is read by its id; Sentinel's own posts are not evidence",
        arguments: ["#incidents", "incidents"])
    func channelByName(name: String) async throws {
        let stage = try Stage(extra: { _ in ["SLACK_INCIDENTS_CHANNEL": name] })
        let report = try await stage.scan()
        #expect(!stage.posts.isEmpty)
        #expect(!report.incidents.contains { $0.gaps.contains { $0.contains("Slack") } })
        let lists = stage.world.calls(to: .slack).filter { $0.path.hasSuffix("conversations.list") }
        #expect(!lists.isEmpty)
        #expect(report.incidents.contains { !$0.messages.isEmpty })
        #expect(!report.incidents.contains { $0.messages.contains { $0.author == "U0SENTINEL" } })
    }

    @Test("A channel that does not exist is named, with what to do")
    func noChannel() async throws {
        let stage = try Stage(extra: { _ in ["SLACK_INCIDENTS_CHANNEL": "#nowhere"] })
        let report = try await stage.scan()
        #expect(report.incidents.contains { $0.gaps.contains { $0.contains("no channel #nowhere") } })
        #expect(report.incidents.contains { $0.summary.undelivered.contains { $0.contains("channel_not_found") } })
    }
}
