import Basics
import Governance
import IncidentStore
import OnCallModel

/// The agent core: one for a store, as long as it holds the store's lease.
///
/// It runs the jobs at their times, answers intents at once, carries out the outbox, expires requests at their moment,
/// and watches burning loops. Cancelling the task stops it gracefully: what was begun is finished or left to be looked
/// up by the next agent.
package struct Agent: Sendable {
    private let configuration: AgentConfiguration

    package init(_ configuration: AgentConfiguration) {
        self.configuration = configuration
    }

    /// Works until the task is cancelled.
    ///
    /// - Throws: `StoreError.held` when another agent has the lease; whatever makes the store or the settings unusable.
    package func run() async throws {
        try await withParts { parts in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await parts.outbox.run() }
                group.addTask { try await parts.expiry.run() }
                group.addTask { try await parts.loopMonitor.run() }
                group.addTask { try await parts.answerIntents() }
                group.addTask { try await parts.runJobs() }
                group.addTask { try await parts.watchSettings() }
                // The first that fails stops the others; cancellation stops all.
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Runs one on-call cycle and what it put into the outbox, for a program that is not to stay. Somebody asked for
    /// it, so it is thorough: it looks at the outputs of every feature that has new ones.
    package func scanOnce(thoroughly: Bool = true, carryingOutActs: Bool = true) async throws -> CycleReport {
        try await once(carryingOutActs) { try await $0.cycle(thoroughly ? .thorough : .routine) }
    }

    /// Runs Drift Patrol once, and what it put into the outbox.
    package func patrolOnce() async throws -> CycleReport {
        try await once(true) { try await $0.patrol() }
    }

    /// Answers the intents that wait, and carries out what they put into the outbox.
    package func answerOnce() async throws {
        try await withParts { try await $0.answerOnce() }
    }

    private func once(
        _ carryingOutActs: Bool, _ work: @Sendable (AgentParts) async throws -> CycleReport
    ) async throws -> CycleReport {
        try await withParts { parts in
            try await parts.expiry.expire()
            var report = try await work(parts)
            if carryingOutActs { try await parts.outbox.drain() }
            report.incidents = try await parts.writer.read { [incidents = report.incidents] store in
                try incidents.compactMap { try store.incident($0.summary.id) }
            }
            return report
        }
    }

    private func withParts<Result: Sendable>(
        _ body: @Sendable (AgentParts) async throws -> Result
    ) async throws -> Result {
        let clock = configuration.clock
        let writer = try await StoreWriter.open(
            configuration.storePath, holder: configuration.holder, pid: configuration.pid, at: clock.now())
        do {
            let result = try await body(try await AgentParts(configuration, writer: writer))
            try await writer.release()
            return result
        } catch {
            try? await writer.release()
            throw error
        }
    }
}
