import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("Slow is not dead")
struct SlowSourceTests {
    @Test("a slow model delays no post: people are notified of the template, and the message is updated")
    func slowModel() async throws {
        let stage = try Stage(
            extra: { $0.languageModel }, prepare: { $0.fail(.model, .slow(milliseconds: 12_000), times: 20) })
        let report = try await stage.scan()
        #expect(report.incidents.count == 2 && stage.posts.count == 2)
        // The model answers after twelve seconds, so the message of the template went out before and was updated.
        for incident in report.incidents {
            let post = incident.acts.first { $0.action.kind == .postIncident }
            let update = incident.acts.first { act in
                if case .updatePost(_, let text) = act.action { text.hasPrefix("Investigated: ") } else { false }
            }
            #expect(try #require(post).id < #require(update).id)
            #expect(incident.report.contains("## What happened"))
        }
    }

    @Test("an investigation that cannot read GitHub in time notifies without it, and its issue waits for the report")
    func slowGitHub() async throws {
        let stage = try Stage(prepare: { $0.fail(.github, .slow(milliseconds: 9_000), times: 3) })
        let report = try await stage.scan()
        #expect(report.incidents.count == 2 && stage.posts.count == 2 && stage.issues.count == 2)
        for incident in report.incidents {
            let kinds = incident.acts.map(\.action.kind)
            #expect(kinds.contains(.postIncident) && kinds.contains(.createIssue))
            #expect(!incident.report.contains("Investigating:"))
        }
    }
}
