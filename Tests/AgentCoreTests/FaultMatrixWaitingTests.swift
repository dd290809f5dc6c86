import Basics
import Sandbox
import SourceEngine
import SourceFetch
import Testing

@Suite("Fault matrix: waiting")
struct FaultMatrixWaitingTests {
    @Test(
        "429 with Retry-After is waited out exactly while cached rows are served, and the report says how old they are (row 1)"
    )
    func retryAfter() async throws {
        let stage = try FaultStage(waits: .untilMoved)
        let before = try await stage.count("langfuse.observations")
        #expect(before.rows == FaultStage.observations && before.report.state == .ok)
        stage.clock.advance(by: .minutes(5))
        stage.world.change { $0.observations.append(FaultStage.observation("late", at: stage.clock.now - .minutes(1))) }
        stage.world.forgetCalls()
        stage.world.fail(.langfuse, .rateLimited(seconds: 600))
        // The silence outlasts the time of the statement, so it does not wait at all.
        let during = try await stage.count("langfuse.observations")
        #expect(during.rows == FaultStage.observations)
        #expect(during.report.state == .partial && during.report.asOf == FaultStage.start)
        let message = during.report.message ?? ""
        #expect(message.contains("asked too often") && message.contains("2026-11-24T14:35:00Z"), "\(message)")
        #expect(message.contains("Rows up to 2026-11-24T14:20:00Z are stored"), "\(message)")
        #expect(stage.clock.spans == [.minutes(10)])
        stage.clock.advance(by: .seconds(599))
        _ = try await stage.count("langfuse.observations", limits: QueryLimits(time: .seconds(1)))
        #expect(stage.calls(to: .langfuse) == 1)
        #expect(await stage.report(of: "langfuse")?.state == .partial)
        stage.clock.advance(by: .seconds(1))
        let after = try await stage.count("langfuse.observations")
        #expect(after.rows == FaultStage.observations + 1 && after.report.state == .ok)
        #expect(after.report.asOf == FaultStage.start + .minutes(5) && after.report.message == nil)
        #expect(stage.calls(to: .langfuse) == 2)
        #expect(try await stage.count("langfuse.observations").report.asOf == stage.clock.now)
    }
}
