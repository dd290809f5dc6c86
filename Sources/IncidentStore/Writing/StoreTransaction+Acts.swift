package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Puts an act into the outbox, due at once. An act whose key is known is left as it is: the answer is the known one.
    package func enqueue(
        key: String, action: Action, incident: Int64?, request: Int64?, allowedBy: String, at now: Instant
    ) throws -> ActRecord {
        let added = try run(
            """
            INSERT INTO outbox_action (act_key, kind, action, incident_id, request_id, allowed_by, created_at, next_try_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (act_key) DO NOTHING
            """,
            [
                .text(key), .text(action.kind.rawValue), .text(action.stored.serialized), .init(incident),
                .init(request), .text(allowedBy), .init(now), .init(now),
            ])
        if added > 0, let trace = action.trace { try setLoop(trace, to: .killing, method: nil, at: now) }
        guard let act = try snapshot.act(key: key) else { throw StoreError.noAct(connection.lastInsertedRowID) }
        return act
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
