import Basics
import Sandbox
import SourceEngine
import SourceFetch
import Testing

@Suite("Fault matrix: which API, and how much of it")
struct FaultMatrixAPITests {
    @Test(
        "an older Langfuse is found by asking, whatever it says of its newer list",
        arguments: [404, 501, 405, 403, 400].map(SandboxWorld.LangfuseRefusal.status) + [.webPage, .emptyList])
    func olderServer(refusal: SandboxWorld.LangfuseRefusal) async throws {
        let stage = try FaultStage(prepare: { world in
            world.change { ($0.langfuse, $0.langfuseRefusal) = (.v1, refusal) }
        })
        let found = try await stage.count("langfuse.observations")
        #expect(found.rows == FaultStage.observations && found.report.state == .ok, "\(found.report)")
        #expect(stage.clock.spans.isEmpty, "nothing was tried again")
        // It is remembered.
        stage.clock.advance(by: .minutes(5))
        stage.world.forgetCalls()
        #expect(try await stage.count("langfuse.observations").report.state == .ok)
        #expect(stage.world.calls(to: .langfuse).map(\.path) == ["/api/public/observations"])
    }

    @Test("a key that is rejected is not taken for another API, and both APIs that refuse are a failure")
    func refused() async throws {
        let stage = try FaultStage()
        stage.world.fail(.langfuse, .status(401), times: 100)
        let rejected = await #expect(throws: QueryError.self) { try await stage.count("langfuse.observations") }
        #expect(rejected?.sentence.contains("401") == true && stage.calls(to: .langfuse) == 1)
        stage.clock.advance(by: .hours(1))
        stage.world.heal()
        stage.world.forgetCalls()
        stage.world.fail(.langfuse, .status(403), times: 100)
        let forbidden = await #expect(throws: QueryError.self) { try await stage.count("langfuse.observations") }
        #expect(forbidden?.sentence.contains("403") == true && stage.calls(to: .langfuse) == 2)
    }

    @Test(
        "a server that fails on long windows is asked for shorter ones",
        arguments: [
            (504, Span.hours(6)), (524, .minutes(90)), (500, .minutes(50)), (502, .hours(20)), (422, .hours(1)),
        ])
    func longWindows(status: Int, longest: Span) async throws {
        let stage = try FaultStage(prepare: { world in world.change { $0.longestWindow = (longest, status) } })
        let found = try await stage.count("langfuse.observations")
        #expect(found.rows == FaultStage.observations && found.report.state == .ok, "\(found.report)")
        #expect(stage.calls(to: .langfuse) < Int(8 * 24 * 3600 / longest.seconds * 2.2) + 40)
    }

    @Test("a server that is down is not asked for ever shorter windows", arguments: [500, 502, 504, 524])
    func down(status: Int) async throws {
        let stage = try FaultStage()
        stage.world.fail(.langfuse, .status(status), times: 1000)
        let error = await #expect(throws: QueryError.self) { try await stage.count("langfuse.observations") }
        #expect(error?.sentence.contains("answered \(status)") == true, "\(error as Any)")
        #expect(stage.calls(to: .langfuse) <= 8, "the first window and one minute of it")
    }
}
