import OnCallModel
import Testing

@testable import AgentCore

@Suite("The order of reports")
struct ReportQueueTests {
    private func queue() -> ReportQueue<Int> {
        ReportQueue(order: [.agentLoop, .costSpike, .errorCascade, .promptDrift])
    }

    @Test("the first of the catalog is recorded at once; a later one waits for those before it")
    func order() {
        var queue = queue()
        #expect(queue.receive(3, of: .errorCascade).isEmpty && queue.holds(.errorCascade))
        #expect(queue.receive(1, of: .agentLoop).map(\.report) == [1])
        #expect(queue.receive(2, of: .costSpike).map(\.report) == [2, 3])
        #expect(!queue.isDone)
        #expect(queue.receive(4, of: .promptDrift).map(\.report) == [4])
        #expect(queue.isDone)
    }

    @Test("a report that has waited long enough is recorded with those before it, once, and the slow one follows")
    func patience() {
        var queue = queue()
        #expect(queue.receive(2, of: .costSpike).isEmpty)
        #expect(queue.receive(4, of: .promptDrift).isEmpty)
        #expect(queue.release(.costSpike).map(\.report) == [2])
        #expect(queue.release(.costSpike).isEmpty)
        #expect(queue.release(.promptDrift).map(\.report) == [4])
        #expect(queue.receive(1, of: .agentLoop).map(\.report) == [1])
        #expect(!queue.isDone)
        #expect(queue.receive(3, of: .errorCascade).map(\.report) == [3])
        #expect(queue.isDone)
    }
}
