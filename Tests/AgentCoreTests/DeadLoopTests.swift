import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("A dead loop stays dead")
struct DeadLoopTests {
    /// A person approves the kill of the demo's loop, and its end is verified.
    private func killed() async throws -> (stage: Stage, incident: Int64) {
        let stage = try Stage(extra: { $0.killWebhook })
        let request = try #require(try await stage.scan().approvals.first { $0.action.kind == .killLoop })
        _ = try await IntentInbox(stage.store).append(
            .approve(request: request.id), author: "eve@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
        return (stage, try #require(request.incident))
    }

    @Test(
        "after a verified kill the incident is resolved with the money saved, and no scan raises, asks or posts again")
    func staysDead() async throws {
        let (stage, incident) = try await killed()
        let after = try #require(try await stage.read(.incident(incident)))
        #expect(after.acts.first { $0.action.kind == .killLoop }?.state == .done)
        #expect(after.summary.state == .resolved && after.summary.life.resolvedBy == IncidentLife.agent)
        let loop = try #require(try await stage.read(.loops(limit: 9)).first)
        #expect(loop.status == .killed && loop.loop.traceID == stage.truth.loopTrace)
        let notes = try await stage.read(.forensics(ofIncident: incident))?.timeline.map(\.event) ?? []
        #expect(notes.contains { $0.contains("/min × 60 = $") && $0.contains("an hour is saved") }, "\(notes)")
        let (posts, replies) = (stage.posts, stage.replies)
        #expect(posts.contains { $0.text.contains("Killed") })
        for _ in 1...3 {
            stage.advance(by: .minutes(2))
            let report = try await stage.scan()
            #expect(!report.incidents.contains { $0.summary.id == incident })
            #expect(!report.approvals.contains { $0.incident == incident })
        }
        let later = try #require(try await stage.read(.incident(incident)))
        #expect(later.summary.state == .resolved && later.summary.severity == after.summary.severity)
        #expect(later.acts == after.acts && stage.replies == replies)
        #expect(stage.posts.map(\.text).sorted() == posts.map(\.text).sorted())
        #expect(try await stage.read(.loops(limit: 9)).first?.status == .killed)
    }

    @Test("a step after the proof reopens the incident once, as running again after the kill")
    func runsAgain() async throws {
        let (stage, incident) = try await killed()
        for turn in 1...3 {
            stage.advance(by: .minutes(1))
            stage.world.change { state in
                guard var step = state.observations.last(where: { $0.traceID == stage.truth.loopTrace }) else { return }
                (step.id, step.start) = ("again-\(turn)", stage.clock.now() - .seconds(5))
                state.observations.append(step)
            }
            _ = try await stage.scan()
        }
        let back = try #require(try await stage.read(.incident(incident)))
        #expect(back.summary.state == .open && back.summary.life.reopened == 1)
        #expect(stage.replies.count { $0.hasPrefix("Running again after the kill") } == 1, "\(stage.replies)")
        #expect(try await stage.read(.loops(limit: 9)).first?.status == .active)
    }
}
