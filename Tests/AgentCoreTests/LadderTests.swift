import AgentCore
import Basics
import FoundationEssentials
import IncidentStore
import OnCallModel
import SQLiteKit
import TestSupport
import Testing

@testable import Sandbox

@Suite("The ladder of executors")
struct LadderTests {
    private static let hash = String(repeating: "ab", count: 32)

    /// The demo with an agent that obeys neither flag nor webhook: it takes a step whenever the kill waits, as long as the
    /// gateway serves its key.
    private func stage(settings: String? = nil) throws -> Stage {
        let stage = try Stage(
            extra: { $0.killWebhook },
            prepare: { world in world.change { $0.gateways.keys[Self.hash] = .init(alias: "research-agent") } })
        let rows =
            settings
            ?? #"[{"agent": "research-agent", "kind": "litellm_key", "key": "\#(Self.hash)"}, {"agent": "research-*", "kind": "webhook"}]"#
        try "{\"executors\": \(rows)}".write(
            toFile: "\(stage.folder.path)/settings.json", atomically: true, encoding: .utf8)
        let (world, trace, clock) = (stage.world, stage.truth.loopTrace, stage.clock)
        stage.onSleep.withLock { onSleep in
            onSleep = {
                world.change { state in
                    guard state.gateways.keys[Self.hash]?.isBlocked != true,
                        var step = state.observations.last(where: { $0.traceID == trace })
                    else { return }
                    (step.id, step.start) = ("more-\(state.observations.count)", clock.now())
                    state.observations.append(step)
                }
            }
        }
        return stage
    }

    private func approve(_ request: ApprovalItem, on stage: Stage) async throws {
        _ = try await IntentInbox(stage.store).append(
            .approve(request: request.id, seen: request.fingerprint), author: "eve@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
    }

    private func requests(_ stage: Stage) async throws -> [ApprovalItem] {
        try await stage.read(.approvals(limit: 50)).sorted { $0.id < $1.id }
    }

    private func killed(_ stage: Stage) async throws {
        let request = try #require(try await stage.scan().approvals.first { $0.action.kind == .killLoop })
        try await approve(request, on: stage)
    }

    @Test(
        "a kill that fails says at which rate the agent spends, and requests the next executor, which stops it (row 32)"
    )
    func nextExecutor() async throws {
        let stage = try stage()
        try await killed(stage)
        let next = try #require(try await requests(stage).last)
        #expect(next.status == .pending && next.action.sentence == "Block LiteLLM key abababab of agent research-agent")
        #expect(next.summary.hasPrefix("Kill failed: still $"), "\(next.summary)")
        #expect(next.summary.contains("/min × 60 = $") && next.summary.contains("an hour"))
        #expect(next.dryRun.first?.contains("/key/block") == true)
        #expect(stage.posts.contains { $0.text.contains("Next: Block LiteLLM key abababab") })
        #expect(stage.world.read(\.gateways.effects).isEmpty)

        try await approve(next, on: stage)
        let act = try #require(try await requests(stage).last?.act)
        #expect(act.state == .done && act.detail.contains("no step for"), "\(act.detail)")
        #expect(stage.world.read(\.gateways.effects) == ["key blocked"])
        #expect(try await stage.read(.loops(limit: 9)).first?.status == .killed)
        let id = try #require(next.incident)
        let incident = try #require(try await stage.read(.incident(id)))
        #expect(incident.summary.state == .resolved)

        _ = try await IntentInbox(stage.store).append(
            .undo(request: next.id), author: "eve@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
        let undo = try #require(try await requests(stage).last)
        #expect(
            undo.action.sentence == "Unblock LiteLLM key abababab of agent research-agent" && undo.status == .pending)
        try await approve(undo, on: stage)
        #expect(stage.world.read(\.gateways.effects) == ["key blocked", "key unblocked"])
    }

    @Test("when no executor is left, Sentinel says so and what a person can do")
    func noneLeft() async throws {
        let stage = try stage(settings: #"[{"agent": "other", "kind": "litellm_key", "key": "\#(Self.hash)"}]"#)
        try await killed(stage)
        #expect(try await requests(stage).allSatisfy { $0.action.execution == nil })
        let text =
            "No further executor is configured for agent research-agent (setting executors). Stop the agent manually."
        #expect(stage.posts.contains { $0.text.contains("Kill failed") })
        let id = try #require(try await requests(stage).first { $0.action.kind == .killLoop }?.incident)
        let notes = try await stage.read(.forensics(ofIncident: id))?.timeline.map(\.event) ?? []
        #expect(notes.contains { $0.contains(text) }, "\(notes)")
    }

    @Test("an executor that cannot be read is skipped, with its reason")
    func skipped() async throws {
        let unknown = String(repeating: "cd", count: 32)
        let stage = try stage(
            settings: """
                [{"kind": "litellm_key", "key": "\(unknown)"}, {"kind": "litellm_key", "key": "\(Self.hash)"}]
                """)
        try await killed(stage)
        let next = try #require(try await requests(stage).last)
        #expect(next.action.sentence.hasPrefix("Block LiteLLM key abababab") && next.action.isWide)
        let id = try #require(next.incident)
        let notes = try await stage.read(.forensics(ofIncident: id))?.timeline.map(\.event) ?? []
        #expect(notes.contains { $0.contains("Skipped: LiteLLM key cdcdcdcd: LiteLLM refused (404): Key not found") })
    }

    @Test("an agent that dies between the failed kill and the request makes the request at its next start")
    func diedBetween() async throws {
        let stage = try stage()
        try await killed(stage)
        let next = try #require(try await requests(stage).last)
        let connection = try Connection(path: stage.store, mode: .readWrite)
        try connection.execute("DELETE FROM approval_queue WHERE id = \(next.id)")
        try connection.execute("UPDATE outbox_action SET followed_at = NULL WHERE state = 'failed' AND tries > 0")
        try await stage.agent.answerOnce()
        let again = try await requests(stage).filter { $0.action.execution != nil }
        #expect(again.map(\.action) == [next.action])
        try await stage.agent.answerOnce()
        #expect(try await requests(stage).count { $0.action.execution != nil } == 1)
    }

    @Test(
        "kill -9 in a kill: the webhook is not sent again, the trace shows the end, and further steps lead to the next executor"
    )
    func killedInKill() async throws {
        for isAlive in [false, true] {
            let stage = try stage()
            if !isAlive { stage.onSleep.withLock { $0 = {} } }
            try await killed(stage)
            #expect(stage.sandbox.agent.acceptedWebhooks == 1)
            // The process died after the webhook: nothing of the outcome was stored.
            let connection = try Connection(path: stage.store, mode: .readWrite)
            try connection.execute("DELETE FROM approval_queue WHERE executor <> ''")
            try connection.execute(
                """
                UPDATE outbox_action SET state = 'attempting', finished_at = NULL, detail = '', followed_at = NULL
                WHERE kind = 'kill_loop'
                """)
            try await stage.agent.answerOnce()
            #expect(stage.sandbox.agent.acceptedWebhooks == 1)
            let items = try await requests(stage)
            #expect(items.first { $0.action.kind == .killLoop }?.act?.state == (isAlive ? .failed : .done))
            #expect(items.contains { $0.action.execution?.kind == .litellmKey } == isAlive)
        }
    }

    @Test("a person requests an executor for an incident; what settings do not name is refused")
    func requested() async throws {
        let stage = try stage()
        let incident = try #require(try await stage.scan().approvals.first { $0.action.kind == .killLoop }?.incident)
        for kind in [ExecutorKind.litellmKey, .linearIssue] {
            _ = try await IntentInbox(stage.store).append(
                .requestExecutor(kind, incident: incident), author: "eve@host (test)", at: stage.clock.now())
        }
        try await stage.agent.answerOnce()
        let executions = try await requests(stage).compactMap(\.action.execution)
        #expect(executions.map(\.kind) == [.litellmKey] && executions[0].traces == [stage.truth.loopTrace])
    }
}
