import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing
import WebServer

@Suite("The first page")
struct FirstPageTests {
    /// Langfuse answers at once for what ends within this time, and slowly for what lies before.
    private func stage(slowBefore span: Span) throws -> Stage {
        let edge = (Stage.start - span).iso8601
        return try Stage(prepare: { world in
            world.fail(.langfuse, .slow(milliseconds: 2_500)) { request in
                request.path.hasSuffix("observations") && request.queryValue("toStartTime").map { $0 < edge } ?? false
            }
        })
    }

    /// The first answer that meets the condition while the scan still runs; nil if there is none.
    private func seen<Answer>(
        _ query: StoreQuery<Answer>, on stage: Stage, _ condition: @escaping @Sendable (Answer) -> Bool
    ) async throws -> Answer? {
        // The store is there before it is observed.
        _ = try await stage.withWriter { _ in }
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                for try await answer in StoreReader(stage.store).observe(query) where condition(answer) {
                    return answer
                }
                return nil
            }
            group.addTask {
                _ = try await stage.scan(carryingOutActs: false)
                return nil
            }
            let first = try await group.next() ?? nil
            if first == nil { group.cancelAll() }
            // The end of the scan, if that is not what came first.
            _ = try await group.next()
            return first
        }
    }

    @Test("a loop is in the store and has its incident while the history is still being read")
    func loop() async throws {
        let stage = try stage(slowBefore: .hours(3))
        let loops = try await seen(.loops(limit: 9), on: stage) { !$0.isEmpty }
        #expect(loops?.map(\.loop.traceID) == [stage.truth.loopTrace])
        // The whole scan found the same loop, and it counts once.
        let incidents = try await stage.read(.incidents(limit: 9)).filter { $0.type == .agentLoop }
        #expect(incidents.map(\.occurrences) == [1])
    }

    @Test("a cost spike is found by the provider's sums while the history is still being read, and the finding says so")
    func cost() async throws {
        let stage = try stage(slowBefore: .hours(27))
        let found = try await seen(.incidents(limit: 9), on: stage) { all in
            all.contains { $0.type == .costSpike }
        }
        let spike = try #require(found?.first { $0.type == .costSpike })
        #expect(spike.headline.contains("(the provider's sums)"), "\(spike.headline)")
        // The rows have replaced the sums.
        let after = try #require(try await stage.read(.incident(spike.id)))
        #expect(!after.summary.headline.contains("the provider's sums"), "\(after.summary.headline)")
        #expect(after.summary.subject == spike.subject && after.summary.occurrences == 1)
    }

    @Test("what is read, and how far, is shown while it is read")
    func progress() async throws {
        let stage = try stage(slowBefore: .hours(3))
        let status = try await seen(.agentStatus, on: stage) { $0.activity.contains("langfuse.observations: ") }
        #expect(try #require(status).activity.contains("langfuse.observations: "))
        #expect(try await stage.read(.agentStatus).activity.isEmpty)
    }
}
