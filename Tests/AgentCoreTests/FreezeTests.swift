import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Testing

@Suite("A freeze of all actions")
struct FreezeTests {
    @Test(
        "Nothing runs and nothing is sent until it ends; detection goes on, and what was found is notified after it (row 33)"
    )
    func freeze() async throws {
        let stage = try Stage()
        try await stage.withWriter { _ in }
        #expect(
            try await stage.ask(.freeze(reason: "a deploy"))
                == IntentAnswer("All actions are frozen. `sentinel approvals thaw` ends the freeze."))
        let report = try await stage.scan()
        #expect(!report.incidents.isEmpty)
        #expect(stage.posts.isEmpty && stage.issues.isEmpty)
        let request = try #require(report.approvals.first { $0.action.kind == .killLoop })
        let refused = try await stage.ask(.approve(request: request.id))
        #expect(refused.isRefused && refused.text.contains("frozen"), "\(refused)")
        #expect(try await stage.read(.approvals(limit: 10)).allSatisfy { $0.status == .pending })

        let thawed = try await stage.ask(.thaw)
        #expect(!thawed.isRefused && thawed.text.hasPrefix("Actions may run again."), "\(thawed)")
        #expect(try await stage.ask(.thaw) == .refused("Actions are not frozen."))
        stage.advance(by: .minutes(15))
        _ = try await stage.scan()
        #expect(!stage.posts.isEmpty)
        let approved = try await stage.ask(.approve(request: request.id))
        #expect(!approved.isRefused, "\(approved)")
        let again = try await stage.ask(.approve(request: request.id))
        #expect(again.isRefused && again.text.contains("already approved"), "\(again)")
        let check = try await stage.read(StoreQuery { try $0.checkAudit() })
        #expect(check.isIntact)
    }
}

extension Stage {
    /// Asks for something, and lets an agent answer once.
    fileprivate func ask(_ intent: Intent) async throws -> IntentAnswer {
        let id = try await IntentInbox(store).append(intent, author: "alice@host (test)", at: clock.now())
        try await agent.answerOnce()
        return try #require(try await read(.answer(toIntent: id)))
    }
}
