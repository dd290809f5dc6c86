import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

@testable import AgentCore

@Suite("The pulse between scans")
struct PulseTests {
    /// A loop of sixteen equal calls, the last one now.
    private static func loop(_ trace: String, until end: Instant) -> [SandboxObservation] {
        (0..<16).map { index in
            SandboxObservation(
                id: "\(trace)-\(index)", traceID: trace, traceName: "new-agent", type: "GENERATION",
                name: "retry-search",
                model: "gpt-4o-mini", start: end - .seconds(Double(15 - index) * 4), inputTokens: 100, outputTokens: 20,
                cost: 0.01, input: #"{"q":"same"}"#, output: #"{"results":[]}"#)
        }
    }

    /// One pulse after another, as the agent of the stage.
    private func beat(_ stage: Stage) async throws -> [IncidentPipeline.Case] {
        try await stage.withWriter { writer in
            let configuration = stage.agent.configuration
            let store = StoreGuard(configuration, patience: nil) { _ in false }
            let pulse = Pulse(configuration: configuration, writer: writer, store: store)
            let pipeline = IncidentPipeline(
                configuration: configuration, writer: writer, settings: Settings(), desk: InvestigationDesk())
            return try await pulse.run(at: stage.clock.now(), Settings(), pipeline)
        }
    }

    @Test("a loop that begins between two scans is found by one incremental call, once")
    func newLoop() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        stage.advance(by: .minutes(3))
        let now = stage.clock.now()
        stage.world.change { $0.observations += Self.loop("new-loop", until: now - .seconds(2)) }
        stage.world.forgetCalls()
        let found = try await beat(stage)
        #expect(found.flatMap(\.findings).map(\.subject) == ["new-loop"])
        #expect(
            try await stage.read(.loops(limit: 9)).contains { $0.loop.traceID == "new-loop" && $0.status == .active })
        // The head, and the inputs and outputs of the new trace.
        #expect(stage.world.calls(to: .langfuse).count <= 3)
        stage.advance(by: .seconds(15))
        #expect(try await beat(stage).isEmpty)
    }

    @Test("without new rows a pulse finds nothing and writes nothing")
    func nothing() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        stage.advance(by: .minutes(4))
        let before = try await stage.read(StoreQuery { try $0.timeline(ofIncident: 1).count })
        stage.world.forgetCalls()
        #expect(try await beat(stage).isEmpty)
        #expect(try await stage.read(StoreQuery { try $0.timeline(ofIncident: 1).count }) == before)
        #expect(stage.world.calls(to: .langfuse).count == 1)
    }

    @Test("a loop that is active costs a pulse no second call, and what is known is not recorded again")
    func knownLoop() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        #expect(try await stage.read(.loops(limit: 9)).map(\.status) == [.active])
        stage.advance(by: .seconds(20))
        stage.world.change { state in
            guard var step = state.observations.last(where: { $0.traceID == stage.truth.loopTrace }) else { return }
            (step.id, step.start) = ("one-more", stage.clock.now() - .seconds(2))
            state.observations.append(step)
        }
        stage.world.forgetCalls()
        #expect(try await beat(stage).isEmpty)
        #expect(stage.world.calls(to: .langfuse).count == 1)
    }

    @Test("a killed loop that takes no step is not raised by a pulse")
    func killedLoop() async throws {
        let stage = try Stage(extra: { $0.killWebhook })
        let request = try #require(try await stage.scan().approvals.first { $0.action.kind == .killLoop })
        _ = try await IntentInbox(stage.store).append(
            .approve(request: request.id), author: "eve@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
        #expect(try await stage.read(.loops(limit: 9)).map(\.status) == [.killed])
        stage.advance(by: .seconds(15))
        #expect(try await beat(stage).isEmpty)
        #expect(try await stage.read(.loops(limit: 9)).map(\.status) == [.killed])
    }

    @Test("pulses take a tenth of a known limit at most, by the calls that the latest one made")
    func pause() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        try await stage.withWriter { writer in
            let configuration = stage.agent.configuration
            let store = StoreGuard(configuration, patience: nil) { _ in false }
            let pulse = Pulse(configuration: configuration, writer: writer, store: store)
            let pipeline = IncidentPipeline(
                configuration: configuration, writer: writer, settings: Settings(), desk: InvestigationDesk())
            #expect(await pulse.pause(Settings()) == .seconds(15))
            stage.advance(by: .minutes(2))
            await stage.engine.limitCalls(of: "langfuse", perMinute: 20)
            let now = stage.clock.now()
            stage.world.change { $0.observations += Self.loop("new-loop", until: now - .seconds(2)) }
            stage.world.forgetCalls()
            _ = try await pulse.run(at: now, Settings(), pipeline)
            let calls = stage.world.calls(to: .langfuse).count
            #expect(calls >= 2)
            #expect(await pulse.pause(Settings()) == .seconds(Double(calls) * 30))
        }
    }

    @Test("a watched trace is read by its own rows alone, in one call")
    func narrowProbe() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        stage.advance(by: .seconds(30))
        let now = stage.clock.now()
        stage.world.change { state in
            state.observations += Self.loop("other", until: now - .seconds(2))
            guard var step = state.observations.last(where: { $0.traceID == stage.truth.loopTrace }) else { return }
            (step.id, step.start) = ("one-more", now - .seconds(2))
            state.observations.append(step)
        }
        stage.world.forgetCalls()
        let probe = TraceProbe(engine: stage.engine, clock: stage.clock)
        let loop = stage.truth.loopTrace
        #expect(try await probe.progress(of: [loop])[loop]?.lastSeen == now - .seconds(2))
        #expect(stage.world.calls(to: .langfuse).count == 1)
        let others = try await stage.engine.query(
            "SELECT count(*) FROM langfuse.observations WHERE trace_id = 'other'", freshness: .stored)
        #expect(others.rows.rows == [[0]])
    }
}
