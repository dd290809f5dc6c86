import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// Requests approval for executors: the next step of the ladder after a kill that failed, and what people ask for.
///
/// A target is read before it is requested, so that the approver sees the exact request and the state that it is for.
struct ExecutorRequests: Sendable {
    let writer: StoreWriter
    let runner: ActionRunner
    let clock: WallClock
    let gate: @Sendable () async -> Gate

    /// What a request is made from.
    private struct Scene: Sendable {
        var context: ActContext
        var circumstances: Circumstances
        /// The loops of the incident that still run.
        var running: [LoopEvidence]

        var incident: IncidentSummary? { context.incident?.summary }
        /// What the rows of settings are matched with.
        var features: Set<String> {
            Set((context.incident?.findings ?? []).flatMap { $0.links.features.union([$0.subject]) })
        }
    }

    private func scene(of incident: Int64, _ gate: Gate) async throws -> Scene {
        let now = clock.now()
        return try await writer.read { store in
            let context = try store.context(
                of: .openIssue(incident: incident), incident: incident, attemptedAt: now, policy: gate.policy)
            let running = try context.loops.compactMap { try store.loop(trace: $0.traceID) }
                .filter { ![.killed, .finished].contains($0.status) }
            return Scene(
                context: context, circumstances: try store.circumstances(ofIncident: incident, at: now),
                running: running.map(\.loop))
        }
    }

    // MARK: the ladder

    /// Requests the next executor for each kill that failed and left something running.
    func followFailedKills() async throws {
        for act in try await writer.read({ try $0.unfollowedKills() }) { try await follow(act) }
    }

    private func follow(_ act: ActRecord) async throws {
        let gate = await gate()
        guard let incident = act.incident else { return try await close(act) }
        let scene = try await scene(of: incident, gate)
        let running = scene.running.filter { act.action.traces.contains($0.traceID) }
        guard let agent = running.first?.agent, scene.incident?.life.stage != .resolved else {
            return try await close(act)
        }
        var skipped: [String] = []
        for row in gate.rungs(agent: agent, features: scene.features, in: scene.circumstances) {
            let draft = Execution.with {
                ($0.row, $0.incident, $0.agent, $0.traces) = (row, incident, agent, running.map(\.traceID))
            }
            switch await runner.prepare(draft, context: scene.context) {
            case .failure(let problem): skipped.append("\(row.name): \(problem.sentence)")
            case .success(let execution):
                return try await propose(execution, after: act, running, skipped, gate)
            }
        }
        try await giveUp(act, agent: agent, skipped, gate)
    }

    private func close(_ act: ActRecord) async throws {
        let now = clock.now()
        _ = try await writer.transaction { try $0.markFollowed(act.id, at: now) }
    }

    private func propose(
        _ execution: Execution, after act: ActRecord, _ running: [LoopEvidence], _ skipped: [String], _ gate: Gate
    ) async throws {
        let now = clock.now()
        let saving = Saving(of: running).map { " Stopping it saves \($0.arithmetic)." } ?? ""
        let failed = Self.failure(act.detail)
        _ = try await writer.transaction { [runner] store in
            guard try store.markFollowed(act.id, at: now) else { return }
            guard
                let request = try store.request(
                    execution, because: "\(failed)\(saving)", runner, gate, at: now)
            else { return }
            let next = "Next: \(execution.sentence) (request \(request.id)).\(Self.list(skipped))"
            try store.announce("\(failed) \(next)", of: request.incident, gate: gate, at: now)
        }
    }

    private func giveUp(_ act: ActRecord, agent: String, _ skipped: [String], _ gate: Gate) async throws {
        let now = clock.now()
        let end =
            gate.policy.ladder.rungs(agent: agent).isEmpty
            ? "No further executor is configured for agent \(agent) (setting executors)"
            : "No further executor is left for agent \(agent)"
        try await writer.transaction { store in
            guard try store.markFollowed(act.id, at: now) else { return }
            let text = "\(Self.failure(act.detail)) \(end).\(Self.list(skipped)) Stop the agent manually."
            try store.announce(text, of: act.incident, gate: gate, at: now)
        }
    }

    /// `Kill failed: still $0.40/min. …`
    static func failure(_ reason: String) -> String {
        "Kill failed: " + (reason.hasPrefix("Still ") ? "s" + reason.dropFirst() : reason)
    }

    private static func list(_ skipped: [String]) -> String {
        skipped.isEmpty ? "" : " Skipped: \(skipped.joined(separator: " "))"
    }

    // MARK: what people ask for

    /// Requests an executor that settings name for an agent or feature of the incident. `task`: an issue is about this instead
    /// of the whole incident. An issue on GitHub needs no row.
    func request(
        _ kind: ExecutorKind, for incident: Int64, task: (text: String, why: String)? = nil, by author: String
    ) async throws -> IntentAnswer {
        let gate = await gate()
        let scene = try await scene(of: incident, gate)
        guard scene.incident != nil else { return .refused("Incident \(incident) does not exist.") }
        let agents = scene.context.loops.map(\.agent)
        let rows = gate.policy.ladder.rows.filter { row in
            row.kind == kind
                && (agents.isEmpty ? [""] : agents).contains { row.fits(agent: $0, features: scene.features) }
        }
        let own = kind == .githubIssue ? ExecutorRow.with { $0.kind = kind } : nil
        guard let row = rows.first ?? own else {
            return .refused(
                "No executor \(kind.rawValue) is configured for incident \(incident): add a row to the setting executors."
            )
        }
        let stops = kind.purpose == .rung
        let draft = Execution.with {
            ($0.row, $0.incident, $0.agent) = (row, incident, agents.first ?? "")
            $0.traces = stops ? scene.running.map(\.traceID) : []
            if let task {
                $0.object = Fingerprint(task.text).text
                $0.facts = [String(task.text.prefix(500)), String(task.why.prefix(500))]
            }
        }
        return try await ask(draft, because: "Requested by \(author).", scene, gate)
    }

    /// Requests to take back what the act of a request did.
    func undo(_ request: Int64, by author: String) async throws -> IntentAnswer {
        let gate = await gate()
        guard let item = try await writer.read({ try $0.approval(request) }) else {
            return .refused("Request \(request) does not exist.")
        }
        guard var draft = item.action.execution, draft.kind.hasUndo, let act = item.act, act.state != .waiting else {
            return .refused("Request \(request) has no effect that can be undone.")
        }
        (draft.object, draft.seen) = (draft.seen, draft.object)
        draft.isUndo.toggle()
        let scene = try await scene(of: draft.incident, gate)
        return try await ask(draft, because: "\(author) asks to undo request \(request).", scene, gate)
    }

    private func ask(
        _ draft: Execution, because reason: String, _ scene: Scene, _ gate: Gate
    ) async throws -> IntentAnswer {
        let execution: Execution
        switch await runner.prepare(draft, context: scene.context) {
        case .failure(let problem): return .refused(problem.sentence)
        case .success(let prepared): execution = prepared
        }
        let now = clock.now()
        return try await writer.transaction { [runner] store in
            let request = try store.request(execution, because: reason, runner, gate, at: now)
            guard let request else { return .refused("The incident is gone.") }
            return IntentAnswer(
                "Request \(request.id): \(execution.sentence). Approve it with `sentinel approvals approve \(request.id)`."
            )
        }
    }
}

extension StoreTransaction {
    /// Opens a request to use an executor. Nil if its incident is gone.
    func request(
        _ execution: Execution, because reason: String, _ runner: ActionRunner, _ gate: Gate, at now: Instant
    ) throws -> ApprovalItem? {
        guard let summary = try snapshot.incident(execution.incident)?.summary else { return nil }
        let circumstances = try snapshot.circumstances(ofIncident: execution.incident, at: now)
        let draft = gate.draft(of: execution, because: reason, for: summary, in: circumstances, now: now)
        let context = try snapshot.context(
            of: draft.action, incident: execution.incident, attemptedAt: now, policy: gate.policy)
        return try openRequest(draft, dryRun: runner.dryRun(draft.action, context: context))
    }

    /// Updates the incident's message, whose buttons are those of the pending request, and notifies people in its thread.
    func announce(_ text: String, of incident: Int64?, gate: Gate, at now: Instant) throws {
        guard let incident else { return }
        try note(incident, text, by: Self.agent, at: now)
        try updateMessage(text, of: incident, gate: gate, at: now)
        try enqueueNotice(
            .postReply(incident: incident, text: "\(text) (\(now.iso8601Seconds))"), incident: incident, gate: gate,
            at: now)
    }
}
