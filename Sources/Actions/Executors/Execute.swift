import Basics
import Governance
import HTTPClient
import OnCallModel

/// Uses an executor: reads the target, sends, reads back, and lets the traces prove that the agent stopped.
struct Execute: Act {
    let execution: Execution
    let executor: any Executor
    let context: ActContext
    let killing: KillExecutors
    let announce: Announcement

    private var since: Instant { context.attemptedAt }
    private var text: OutgoingText { killing.text }

    func requests(key: String) -> [String] {
        if let missing = executor.missing { return [missing] }
        let already = execution.isUndo ? "that is so already" : ExecutorSheet.of(execution.kind).precondition
        let sent = executor.requests(execution, key: key).map { text.redaction.apply(to: $0.preview) }
        let proof = execution.traces.isEmpty || execution.isUndo ? [] : [self.proof(way: "").announcement]
        return sent + ["Nothing is sent if \(already)"] + proof
    }

    func perform(_ permission: Permission) async -> Outcome {
        let key = permission.key.text
        return await outcome { () async throws(ActFault) -> Outcome in
            if let missing = executor.missing { throw .failed(missing) }
            async let baseline = try? killing.ports.latestSteps(permission.action.traces)
            switch try await executor.standing(of: execution, key: key, since: since) {
            case .reached(let detail, let reference):
                return await prove("\(detail); nothing was sent", reference, baseline: await baseline ?? [:])
            case .changed(let reason): return try await requestAgain(because: reason)
            case .open, .unseen: break
            }
            try await announce()
            let (detail, reference) = try await carryOut(key)
            return await prove(detail, reference, baseline: await baseline ?? [:])
        }
    }

    /// Sends the requests and reads the target back. What happened is unknown if that fails.
    private func carryOut(_ key: String) async throws(ActFault) -> (String, String?) {
        let answer = try await executor.send(execution, key: key, since: since)
        let standing: Standing
        do throws(ActFault) {
            standing = try await readBack(answer, key)
        } catch {
            throw .unknown("\(execution.sentence): sent, but not read back yet. \(error.reason)")
        }
        switch standing {
        case .reached(let detail, let reference): return (detail, reference)
        case .unseen(let reason): return (reason, nil)
        case .open:
            throw .failed("The request was accepted, but reading it back shows no effect: \(unchanged).")
        case .changed(let reason): throw .failed("The request was accepted, but then \(reason)")
        }
    }

    private func readBack(_ answer: Standing?, _ key: String) async throws(ActFault) -> Standing {
        if let answer { return answer }
        return try await executor.standing(of: execution, key: key, since: since)
    }

    private var unchanged: String { "\(execution.row.name) is still \(execution.seen)" }

    func reconcile(_ permission: Permission) async -> Outcome {
        let key = permission.key.text
        return await outcome { () async throws(ActFault) -> Outcome in
            guard context.sentAt != nil else {
                throw .retry("Sentinel stopped before the request was sent; it is sent now.")
            }
            async let baseline = try? killing.ports.latestSteps(permission.action.traces)
            let standing: Standing
            do throws(ActFault) {
                standing = try await executor.standing(of: execution, key: key, since: since)
            } catch {
                throw .unknown("Could not check whether this happened: \(execution.sentence). \(error.reason)")
            }
            switch standing {
            case .reached(let detail, let reference):
                return await prove(detail, reference, baseline: await baseline ?? [:])
            case .open: throw .retry("The request did not arrive and is sent again.")
            case .unseen(let reason), .changed(let reason):
                throw .unknown("\(reason) Sentinel does not send it again by itself.")
            }
        }
    }

    /// The target changed since the approval, so nothing is sent and the act as it would be now is requested.
    private func requestAgain(because reason: String) async throws(ActFault) -> Outcome {
        let now = try await executor.prepare(execution)
        return .changed(.execute(now), reason: "Nothing was sent: \(reason)")
    }

    // MARK: proof

    private func proof(way: String) -> KillProof {
        KillProof(traces: execution.traces, context: context, executors: killing, way: way)
    }

    /// An executor works when the spending stops, whatever its provider says.
    private func prove(
        _ detail: String, _ reference: String?, baseline: [String: TraceProgress]
    ) async -> Outcome {
        guard !execution.traces.isEmpty, !execution.isUndo else { return .done(detail: detail, reference: reference) }
        let sentAt = killing.clock.now()
        let outcome = await proof(way: detail).outcome(baseline: baseline) { _ in sentAt }
        guard case .done(let proved, nil) = outcome else { return outcome }
        return .done(detail: proved, reference: reference)
    }
}
