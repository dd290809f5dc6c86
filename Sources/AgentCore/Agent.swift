import Actions
import Basics
import Configuration
import Governance
import IncidentStore
package import OnCallModel

/// The agent of a store, while it holds the store's lease.
///
/// It runs the jobs on schedule, answers intents at once, carries out the outbox, expires requests on time, and monitors
/// active loops. Cancelling the task stops it gracefully: an act under way is finished, or checked by the next agent.
package struct Agent: Sendable {
    let configuration: AgentConfiguration

    package init(_ configuration: AgentConfiguration) {
        self.configuration = configuration
    }

    /// Runs until the task is cancelled. `onStart` runs once the agent has the lease.
    ///
    /// A store that cannot be read or written is waited for, from the start.
    ///
    /// - Throws: `StoreError.held` if another agent has the lease; errors of the settings at the start.
    package func run(onStart: @Sendable () async -> Void = {}) async throws {
        try await withParts(patience: nil) { parts in
            await onStart()
            var loops = [
                parts.outbox.run, parts.expiry.run, parts.loopMonitor.run, parts.answerIntents, parts.runJobs,
                parts.watchSettings, parts.health.run, parts.clickAnswers.run, parts.risk.run,
            ]
            if let socket = configuration.slackSocket {
                loops.append { try await parts.takeClicks(from: socket) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for loop in loops { group.addTask { try await parts.store.keep(loop) } }
                // The first failure that is not the store's stops the others; cancellation stops all.
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Runs one scan, and the acts that it put into the outbox. A full scan checks the outputs of every feature that has new
    /// ones.
    package func scanOnce(full: Bool = true, carryingOutActs: Bool = true) async throws -> CycleReport {
        try await once(full ? .full : .incremental, carryingOutActs: carryingOutActs)
    }

    /// Runs Drift Patrol once, and the acts that it put into the outbox.
    package func patrolOnce() async throws -> CycleReport {
        try await once(.patrol, carryingOutActs: true)
    }

    /// Answers the pending intents, and carries out the acts that they put into the outbox.
    package func answerOnce() async throws {
        try await withParts { parts in
            try await parts.intents.answerAll()
            try await parts.risk.drain()
            await parts.clickAnswers.drain()
            try await parts.outbox.drain()
        }
    }

    /// Makes the digest of a week again; nil makes that of the week so far. It is not posted.
    package func makeDigestOnce(_ week: String?) async throws -> IntentAnswer {
        try await withParts { parts in
            let answer = await parts.digests.request(week)
            if !answer.isRefused { try await parts.digests.makeRequested() }
            return answer
        }
    }

    private func once(_ scope: CycleScope, carryingOutActs: Bool) async throws -> CycleReport {
        try await withParts { parts in
            try await parts.expiry.expire()
            let work: @Sendable () async throws -> CycleReport = {
                let report = try await parts.run(scope)
                try await parts.health.check()
                return report
            }
            var report = carryingOutActs ? try await parts.outbox.carryingOut(work) : try await work()
            report.incidents = try await parts.writer.read { [incidents = report.incidents] store in
                try incidents.compactMap { try store.incident($0.summary.id) }
            }
            report.sources = try await parts.writer.read { [sources = report.sources] store in
                try store.undeliveredNotices().shown(in: sources)
            }
            return report
        }
    }

    /// One scan waits for its store for half a minute.
    private func withParts<Result: Sendable>(
        patience: Span? = .seconds(30), _ body: @Sendable (AgentParts) async throws -> Result
    ) async throws -> Result {
        let store = StoreGuard(configuration, patience: patience) { [configuration] sentence in
            let settings = (try? configuration.settingsFile.load()) ?? Settings()
            guard let notice = configuration.gate(settings).serviceNotice(sentence) else { return false }
            return await configuration.runner.announce(notice)
        }
        let writer = try await store.open()
        do {
            let result = try await body(
                try await store.keep { try await AgentParts(configuration, writer: writer, store: store) })
            await store.stop()
            await writer.release()
            return result
        } catch {
            await store.stop()
            await writer.release()
            throw error
        }
    }
}
