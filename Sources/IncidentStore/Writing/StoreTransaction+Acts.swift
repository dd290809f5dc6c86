package import Basics
package import Governance
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Puts a permitted act into the outbox, due at once. There is no other way in.
    ///
    /// An act whose key is known is left as it is: the answer is the known one. A person's order takes over an act of the same
    /// remedy that still waits. What policy or an order allows nobody is asked any more: the pending request for the same
    /// remedy is closed, and is the act's ``ActRecord/request``.
    @discardableResult
    package func enqueue(_ permission: Permission, at now: Instant) throws -> ActRecord {
        let action = permission.action
        let request = try request(of: permission, at: now)
        if let taken = try takeOver(by: permission, request: request, at: now) { return taken }
        let added = try run(
            """
            INSERT INTO outbox_action (act_key, kind, action, incident_id, round, request_id, created_at, next_try_at,
                ground, rule, rule_limit, person, intent_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (act_key) DO NOTHING
            """,
            [
                .text(permission.key.text), .text(action.kind.rawValue), .text(action.stored.serialized),
                .init(permission.incident), .init(permission.round), .init(request), .init(now), .init(now),
            ] + permission.ground.columns)
        if added > 0, let trace = action.trace { try setLoop(trace, to: .killing, method: nil, at: now) }
        guard let act = try snapshot.acts("WHERE act_key = ?", [.text(permission.key.text)]).first else {
            throw StoreError.noAct(connection.lastInsertedRowID)
        }
        return act
    }

    /// The request that a permission answers, closed where another ground came first.
    private func request(of permission: Permission, at now: Instant) throws -> Int64? {
        switch permission.ground {
        case .notice: return nil
        case .person(_, let request): return request
        case .policy, .order:
            let pending = try snapshot.requests(
                "WHERE status = 'pending' AND incident_id IS ?", [.init(permission.incident)]
            ).first { $0.action.isSameRemedy(as: permission.action) }
            guard let pending else { return nil }
            return try close(pending, as: .approved, by: permission.ground.sentence, at: now) ? pending.id : nil
        }
    }

    private func takeOver(by permission: Permission, request: Int64?, at now: Instant) throws -> ActRecord? {
        guard case .order = permission.ground else { return nil }
        let waiting = try snapshot.acts(
            "WHERE state = 'waiting' AND incident_id IS ? AND round = ?",
            [.init(permission.incident), .init(permission.round)]
        ).first { $0.action.isSameRemedy(as: permission.action) }
        guard let waiting else { return nil }
        try run(
            """
            UPDATE outbox_action SET act_key = ?, next_try_at = ?, request_id = coalesce(request_id, ?), ground = ?,
                rule = ?, rule_limit = ?, person = ?, intent_id = ? WHERE id = ?
            """,
            [.text(permission.key.text), .init(now), .init(request)] + permission.ground.columns
                + [.integer(waiting.id)])
        return try snapshot.act(waiting.id)
    }

    /// Keeps an act that the gate does not allow now until it is asked again.
    package func postpone(_ act: Int64, until next: Instant, because reason: String) throws {
        try run(
            "UPDATE outbox_action SET next_try_at = ?, detail = ? WHERE id = ? AND state = 'waiting'",
            [.init(next), .text(reason), .integer(act)])
    }

    /// Closes an act that the gate will not allow any more; nothing was sent.
    package func withdraw(_ act: Int64, because reason: String, at now: Instant) throws {
        try run(
            """
            UPDATE outbox_action SET state = 'failed', next_try_at = NULL, detail = ?, finished_at = ?
            WHERE id = ? AND state = 'waiting'
            """, [.text(reason), .init(now), .integer(act)])
    }

    /// Claims a waiting act: true for exactly one caller. Only then may its request be sent.
    package func beginAttempt(_ act: Int64, at now: Instant) throws -> Bool {
        try run(
            """
            UPDATE outbox_action SET state = 'attempting', tries = tries + 1, next_try_at = NULL, started_at = ?
            WHERE id = ? AND state = 'waiting'
            """, [.init(now), .integer(act)]) == 1
    }

    /// Writes what came of an attempt, or of looking up one that an earlier agent left behind.
    ///
    /// False where the act is neither being attempted nor unknown: its outcome stands already.
    package func finish(_ act: Int64, _ outcome: Outcome, at now: Instant) throws -> Bool {
        guard let record = try snapshot.act(act) else { throw StoreError.noAct(act) }
        guard record.state == .attempting || record.state == .unknown else { return false }
        switch outcome {
        case .done(let detail, let reference):
            try close(record, as: .done, detail, reference: reference, at: now)
            try recordMark(of: record, reference: reference, at: now)
        case .failed(let reason):
            try close(record, as: .failed, reason, reference: nil, at: now)
            if let trace = record.action.trace { try setLoop(trace, to: .killFailed, method: nil, at: now) }
        case .unknown(let reason):
            try close(record, as: .unknown, reason, reference: nil, at: now)
        case .retry(let reason, let pause):
            try putBack(record, reason, at: now + (pause ?? Self.backoff.wait(afterFailures: record.tries)))
        }
        return true
    }

    /// Where the provider named no wait.
    private static let backoff = Backoff(first: .seconds(5), longest: .minutes(15))

    private func close(
        _ record: ActRecord, as state: AttemptState, _ detail: String, reference: String?, at now: Instant
    ) throws {
        try run(
            "UPDATE outbox_action SET state = ?, detail = ?, reference = coalesce(?, reference), finished_at = ? WHERE id = ?",
            [.text(state.rawValue), .text(detail), .init(reference), .init(now), .integer(record.id)])
        if let incident = record.incident {
            try note(incident, "\(record.action.sentence): \(state.rawValue). \(detail)", by: Self.agent, at: now)
        }
    }

    private func putBack(_ record: ActRecord, _ reason: String, at due: Instant) throws {
        try run(
            "UPDATE outbox_action SET state = 'waiting', detail = ?, next_try_at = ?, finished_at = NULL WHERE id = ?",
            [.text(reason), .init(due), .integer(record.id)])
    }

    /// Keeps the mark of a done act where the next one looks for it.
    private func recordMark(of record: ActRecord, reference: String?, at now: Instant) throws {
        switch record.action {
        case .postIncident(let incident):
            guard let reference else { return }
            try run(
                "UPDATE incident_reports SET slack_thread_ts = ? WHERE id = ?", [.text(reference), .integer(incident)])
        case .killLoop(let trace, _):
            try setLoop(trace, to: .killed, method: reference, at: now)
        case .updatePost, .postReply, .openIssue, .requestReview: return
        }
    }
}
