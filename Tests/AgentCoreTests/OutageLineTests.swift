import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Testing

@Suite("Outages on the stage")
struct OutageLineTests {
    @Test("a source whose key was revoked is one incident after half an hour, which its answer resolves (row 10)")
    func revokedKey() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        stage.world.fail(.sentry, .status(401), times: 1000)
        stage.advance(by: .minutes(15))
        _ = try await stage.scan()
        #expect(try await outages(stage).isEmpty)
        for _ in 0..<3 {
            stage.advance(by: .minutes(15))
            _ = try await stage.scan()
        }
        let incident = try #require(try await outages(stage).first)
        #expect(incident.subject == "sentry" && incident.severity == .high && incident.state == .open)
        let posts = stage.posts.filter { $0.text.contains("source_down") }
        #expect(posts.count == 1 && posts[0].text.contains("sentry has been down for 30 min"), "\(posts.map(\.text))")
        let detail = try #require(try await stage.read(.incident(incident.id)))
        #expect(detail.report.contains("sentinel doctor") && !detail.acts.contains { $0.action.kind == .review })

        stage.world.recover(.sentry)
        stage.advance(by: .minutes(20))
        _ = try await stage.scan()
        let after = try #require(try await outages(stage).first)
        #expect(after.id == incident.id && after.state == .resolved)
        #expect(stage.posts.contains { $0.text.contains("sentry works again since") }, "\(stage.posts.map(\.text))")
    }

    private func outages(_ stage: Stage) async throws -> [IncidentSummary] {
        try await stage.read(.incidents(limit: 50)).filter { $0.type == .sourceDown }
    }
}
