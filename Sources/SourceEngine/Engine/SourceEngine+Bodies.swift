import Basics
import SourceFetch

/// Statements whose bodies are read together.
extension SourceEngine {
    /// Runs a statement. If it is to read bodies in bulk, it runs twice: the first run shows which are not stored, and they are read
    /// for all rows at once.
    func run(
        _ reading: StatementReading, _ attachments: [StatementRunner.Attachment], _ limits: StatementLimits
    ) async throws -> StatementRunner.Outcome {
        var outcome = try await withRunner { try await $0.run(reading, attachments, limits) }
        guard let calls = limits.query.bodyCalls, case .allowed = limits.calls else { return outcome }
        var (made, failures): ([String: Int], [String: SourceError]) = ([:], [:])
        let left = Lock(calls)
        for name in outcome.wanted.keys.sorted() {
            // What another statement has read meanwhile is not read again.
            while await waitForBodies(of: name) {
                outcome = try await withRunner { try await $0.run(reading, attachments, limits) }
            }
            let read = try await readBodies(outcome.wanted[name] ?? [], of: name, left, limits)
            made[name.schema, default: 0] += read.calls
            if let failure = read.failure { failures[name.schema] = failure }
        }
        guard !made.isEmpty else { return outcome }
        outcome = try await withRunner { try await $0.run(reading, attachments, limits) }
        outcome.calls.merge(made) { $0 + $1 }
        outcome.failures.merge(failures) { known, _ in known }
        return outcome
    }

    /// Waits until no bodies of the table are being read; true if some were.
    private func waitForBodies(of name: QualifiedName) async -> Bool {
        var hasWaited = false
        while let running = bodyReads[name] {
            await running.value
            // Its reader may go on after this one. A task that has ended is not waited for again: that would not suspend.
            if bodyReads[name] == running { bodyReads[name] = nil }
            hasWaited = true
        }
        return hasWaited
    }

    private func readBodies(
        _ keys: Set<[Value]>, of name: QualifiedName, _ left: Lock<Int>, _ limits: StatementLimits
    ) async throws -> BulkBodies.Outcome {
        guard !keys.isEmpty, let table = catalog.mirrored(name), let file = files[name.schema],
            catalog.unconfigured[name.schema] == nil
        else { return BulkBodies.Outcome() }
        let bodies = BulkBodies(
            table: table, file: file, pages: parts.pages, clock: configuration.clock,
            usesFallback: limits.usingFallback.contains(name), maxWait: limits.query.maxWait,
            // The second run needs a moment.
            deadline: limits.deadline - .seconds(5), left: left)
        let reading = Task { try await bodies.run(keys) }
        let running = Task { _ = try? await reading.value }
        bodyReads[name] = running
        defer { if bodyReads[name] == running { bodyReads[name] = nil } }
        return try await withTaskCancellationHandler {
            try await reading.value
        } onCancel: {
            reading.cancel()
        }
    }
}
