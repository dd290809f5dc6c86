package import Basics
package import Governance
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Adds a permitted act to the outbox, due now. There is no other way in.
    ///
    /// If an act with the same key exists, it is returned unchanged. A person's order takes over a waiting act with the same
    /// remedy. If policy or an order allows the act, the pending request for the same remedy is closed and becomes the act's
    /// ``ActRecord/request``; a request for more than the act does is left with the rest.
    @discardableResult
    package func enqueue(_ permission: Permission, at now: Instant) throws -> ActRecord {
        let action = permission.action
        let request = try request(of: permission, at: now)
        if permission.ground == .notice { try replaceUndelivered(by: permission, at: now) }
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
        if added > 0 { for trace in action.traces { try setLoop(trace, to: .killing, method: nil, at: now) } }
        guard let act = try snapshot.acts("WHERE act_key = ?", [.text(permission.key.text)]).first else {
            throw StoreError.noAct(connection.lastInsertedRowID)
        }
        if added > 0, act.ground != .notice { try audit(.allowed, act, by: act.ground.author ?? Self.agent, at: now) }
        return act
    }

    /// The request that a permission answers. If the ground is not a person's approval, this closes the request.
    private func request(of permission: Permission, at now: Instant) throws -> Int64? {
        switch permission.ground {
        case .notice: return nil
        case .person(_, let request): return request
        case .policy, .order:
            let pending = try snapshot.requests(
                "WHERE status = 'pending' AND incident_id IS ? ORDER BY id", [.init(permission.incident)]
            ).filter { $0.action.overlaps(permission.action) }
            var closed: Int64?
            for item in pending {
                if let rest = item.action.without([permission.action]) {
                    try replaceAction(
                        of: item, by: rest, summary: item.summary, dryRun: item.dryRun,
                        approvers: item.approvers)
                } else if try close(item, as: .approved, by: permission.ground.sentence, at: now) {
                    closed = closed ?? item.id
                }
            }
            return closed
        }
    }

    private func takeOver(by permission: Permission, request: Int64?, at now: Instant) throws -> ActRecord? {
        guard case .order = permission.ground else { return nil }
        let waiting = try snapshot.acts(
            "WHERE state = 'waiting' AND incident_id IS ? AND round = ?",
            [.init(permission.incident), .init(permission.round)]
        ).first { $0.action.overlaps(permission.action) && $0.action.without([permission.action]) == nil }
        guard let waiting else { return nil }
        try run(
            """
            UPDATE outbox_action SET act_key = ?, next_try_at = ?, request_id = coalesce(request_id, ?), ground = ?,
                rule = ?, rule_limit = ?, person = ?, intent_id = ? WHERE id = ?
            """,
            [.text(permission.key.text), .init(now), .init(request)] + permission.ground.columns
                + [.integer(waiting.id)])
        guard let taken = try snapshot.act(waiting.id) else { return nil }
        try audit(.allowed, taken, by: taken.ground.author ?? Self.agent, at: now)
        return taken
    }

    /// Delays an act that the gate does not allow now.
    package func postpone(_ act: Int64, until next: Instant, because reason: String) throws {
        try run(
            """
            UPDATE outbox_action SET next_try_at = ?,
                detail = CASE WHEN ground = 'notice' AND tries > 0 THEN detail ELSE ? END
            WHERE id = ? AND state = 'waiting'
            """, [.init(next), .text(reason), .integer(act)])
    }

    /// Closes an act that the gate no longer allows; nothing was sent.
    package func withdraw(_ act: Int64, because reason: String, at now: Instant) throws {
        let withdrawn = try run(
            """
            UPDATE outbox_action SET state = 'failed', next_try_at = NULL, detail = ?, finished_at = ?
            WHERE id = ? AND state = 'waiting'
            """, [.text(reason), .init(now), .integer(act)])
        guard withdrawn == 1, let record = try snapshot.act(act) else { return }
        try audit(.withdrawn, record, outcome: reason, at: now)
    }

    /// Claims a waiting act; true for exactly one caller, which may then send the request. `calls` are the exact requests that it
    /// will send.
    package func beginAttempt(_ act: Int64, calls: [String] = [], at now: Instant) throws -> Bool {
        let begun =
            try run(
                """
                UPDATE outbox_action SET state = 'attempting', tries = tries + 1, next_try_at = NULL, started_at = ?,
                    sent_at = NULL
                WHERE id = ? AND state = 'waiting'
                """, [.init(now), .integer(act)]) == 1
        if begun, let record = try snapshot.act(act) { try audit(.attempted, record, calls: calls, at: now) }
        return begun
    }

    /// Saves the outcome of an attempt, or of the lookup of an attempt that an earlier agent left.
    ///
    /// False if the act already has an outcome.
    package func finish(_ act: Int64, _ outcome: Outcome, at now: Instant) throws -> Bool {
        guard let record = try snapshot.act(act) else { throw StoreError.noAct(act) }
        guard record.state == .attempting || record.state == .unknown else { return false }
        switch outcome {
        case .done(let detail, let reference):
            try close(record, as: .done, detail, reference: reference, at: now)
            try recordMark(of: record, reference: reference, at: now)
        case .refused(let reason) where try isRepeated(record, at: now):
            if record.detail != reason {
                try note(record, "not delivered", reason, at: now)
                try audit(.notDelivered, record, outcome: reason, at: now)
            }
            try putBack(record, reason, at: now + Self.refusalBackoff.wait(afterFailures: record.tries))
        case .refused(let reason):
            try fail(record, reason, stopped: [], at: now)
        case .failed(let reason, let stopped):
            try fail(record, reason, stopped: stopped, at: now)
        case .changed(_, let reason):
            try fail(record, reason, stopped: [], at: now)
        case .unknown(let reason):
            try close(record, as: .unknown, reason, reference: nil, at: now)
        case .retry(let reason, let pause):
            if record.detail != reason { try audit(.notDelivered, record, outcome: reason, at: now) }
            try putBack(record, reason, at: now + (pause ?? Self.backoff.wait(afterFailures: record.tries)))
            if let pause, pause > .seconds(0), let provider = record.action.kind.provider {
                try limit(provider, until: now + pause)
            }
        }
        return true
    }

    private func fail(_ record: ActRecord, _ reason: String, stopped: [String], at now: Instant) throws {
        try close(record, as: .failed, reason, reference: nil, at: now)
        for trace in try ownTraces(of: record) {
            try setLoop(trace, to: stopped.contains(trace) ? .killed : .killFailed, method: nil, at: now)
        }
    }

    /// The traces of a kill, without those that another kill of the round was carried out for.
    private func ownTraces(of record: ActRecord) throws -> [String] {
        guard let incident = record.incident, record.action.traces.count > 1 else { return record.action.traces }
        let others = try snapshot.acts(ofIncident: incident).filter {
            $0.id != record.id && $0.round == record.round && $0.state != .waiting && $0.state != .failed
        }
        return record.action.without(others.map(\.action))?.traces ?? []
    }

    /// If the provider names no wait.
    private static let backoff = Backoff(first: .seconds(5), longest: .minutes(15))
    /// Until a person has fixed what a provider refuses.
    private static let refusalBackoff = Backoff(first: .seconds(30), longest: .minutes(15))

    private func close(
        _ record: ActRecord, as state: AttemptState, _ detail: String, reference: String?, at now: Instant
    ) throws {
        try run(
            "UPDATE outbox_action SET state = ?, detail = ?, reference = coalesce(?, reference), finished_at = ? WHERE id = ?",
            [.text(state.rawValue), .text(detail), .init(reference), .init(now), .integer(record.id)])
        if state != record.state || detail != record.detail {
            try note(record, state.rawValue, detail, at: now)
            let event: AuditEntry.Event = state == .done ? .done : state == .failed ? .failed : .unknown
            try audit(event, record, outcome: reference.map { "\(detail) (\($0))" } ?? detail, at: now)
        }
    }

    private func audit(
        _ event: AuditEntry.Event, _ act: ActRecord, by who: String = Self.agent, calls: [String] = [],
        outcome: String = "", at now: Instant
    ) throws {
        try audit(
            AuditEntry(
                event, by: who, act.action.sentence, why: act.ground.sentence, incident: act.incident,
                request: act.request, act: act.id, calls: calls, outcome: outcome), at: now)
    }

    private func note(_ record: ActRecord, _ result: String, _ detail: String, at now: Instant) throws {
        guard let incident = record.incident else { return }
        try note(incident, "\(record.action.sentence): \(result). \(detail)", by: Self.agent, at: now)
    }

    private func putBack(_ record: ActRecord, _ reason: String, at due: Instant) throws {
        try run(
            "UPDATE outbox_action SET state = 'waiting', detail = ?, next_try_at = ?, finished_at = NULL WHERE id = ?",
            [.text(reason), .init(due), .integer(record.id)])
    }

    /// Saves the reference of a done act where later acts need it.
    private func recordMark(of record: ActRecord, reference: String?, at now: Instant) throws {
        switch record.action {
        case .postIncident(let incident):
            try notified(incident, at: now)
            try withdrawReplies(to: record, at: now)
            guard let reference else { return }
            try run(
                "UPDATE incident_reports SET slack_thread_ts = ? WHERE id = ?", [.text(reference), .integer(incident)])
        case .postReply(let incident, _), .openIssue(let incident), .commentIssue(let incident, _),
            .notify(let incident, _, _, _):
            try notified(incident, at: now)
        case .killLoop, .execute:
            for trace in try ownTraces(of: record) { try setLoop(trace, to: .killed, method: reference, at: now) }
        case .pull(let act): try recordPull(act, reference: reference)
        case .updatePost, .requestReview, .postDigest, .warnBudget: return
        }
    }
}
