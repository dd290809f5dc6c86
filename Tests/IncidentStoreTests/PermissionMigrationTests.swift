import Basics
import Governance
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("A store whose acts were allowed by a sentence")
struct PermissionMigrationTests {
    /// Incident 1 was opened again once. `acts` are key, kind, who allowed it and the request.
    private static func old(_ acts: [(String, Action, String, Int64?)], requests: [(String, String)]) throws
        -> Connection
    {
        let old = try Connection(path: "", mode: .inMemory)
        try Migrations.through("1-topics").migrate(old)
        let now = Value(Instant.minute(0))
        try old.run(
            """
            INSERT INTO incident_reports (fingerprint, detected_at, detection_type, severity, subject, headline,
                first_seen, last_seen, seen_at, first_scan, last_scan, approval)
            VALUES ('f1', ?1, 'agent_loop', 'high', 't', 'h', ?1, ?1, ?1, 's1', 's7', 'pending')
            """, [now])
        for (key, status) in requests {
            try old.run(
                """
                INSERT INTO approval_queue (request_key, created_at, action_type, anomaly_type, severity, context, status,
                    expires_at, resolved_at, incident_id, trace_id)
                VALUES (?1, ?2, 'kill_loop', 'agent_loop', 'high', ?3, ?4, ?5, ?6, 1, 't')
                """,
                [
                    .text(key), now,
                    .text(#"{"action":{"kind":"kill_loop","trace":"t","agent":"a"},"summary":"","dry_run":[]}"#),
                    .text(status), Value(Instant.minute(240)), status == "pending" ? .null : now,
                ])
        }
        for (key, action, allowedBy, request) in acts {
            try old.run(
                """
                INSERT INTO act (act_key, kind, action, incident_id, request_id, allowed_by, state, created_at, finished_at)
                VALUES (?, ?, ?, 1, ?, ?, 'done', ?, ?)
                """,
                [
                    .text(key), .text(action.kind.rawValue), .text(action.stored.serialized), .init(request),
                    .text(allowedBy), now, now,
                ])
        }
        try Migrations.through("4-life").migrate(old)
        try old.execute("UPDATE incident_reports SET reopened = 1")
        try Migrations.all.migrate(old)
        return old
    }

    private static let kill = Action.killLoop(trace: "t", agent: "a")

    @Test("every sentence becomes the ground that it named")
    func grounds() throws {
        let rows: [(String, Action, String, Int64?, Ground)] = [
            ("incident-1/slack_post", .postIncident(incident: 1), "policy: notices", nil, .notice),
            (
                "incident-1/kill_loop", Self.kill, "policy: more than 20 looped generations", nil,
                .policy(.loopedGenerations(over: 20))
            ),
            ("a", Self.kill, "policy: repetitive loop above $12.50/h", nil, .policy(.costOfLoop(over: 12.5))),
            ("b", Self.kill, "policy: more than $10.00/h", nil, .policy(.costPerHour(over: 10))),
            ("c", Self.kill, "policy: a review is harmless", nil, .policy(.harmlessReview)),
            (
                "incident-1/kill_loop#2", Self.kill, "alice@host (console)", 1,
                .person("alice@host (console)", request: 1)
            ),
            ("intent-31/kill_loop", Self.kill, "U01 (slack)", nil, .order("U01 (slack)", intent: 31)),
        ]
        let old = try Self.old(
            rows.map { ($0.0, $0.1, $0.2, $0.3) }, requests: [("incident-1/kill_loop#2", "approved")])
        let store = StoreSnapshot(connection: old, file: StoreFile(""))
        let acts = try store.acts(ofIncident: 1)
        #expect(acts.map(\.ground) == rows.map(\.4))
        #expect(acts.allSatisfy { $0.round == 1 && $0.state == .done })
        #expect(try store.approvals(ofIncident: 1).map(\.number) == [2])
        // Nothing is done again because of the step.
        let circumstances = try store.circumstances(ofIncident: 1, at: .minute(1))
        let loop = Finding.sample("t", facts: .loop(.with { ($0.agent, $0.looped, $0.isRepetitive) = ("a", 90, true) }))
        #expect(
            Gate.standard.route([loop], incident: 1, suspects: [], in: circumstances, now: .minute(1)).reason
                == .alreadyActed)
    }

    @Test("a request whose remedy was carried out is closed, another one goes on")
    func pending() throws {
        let acted = try Self.old(
            [("incident-1/kill_loop", Self.kill, "policy: more than 20 looped generations", nil)],
            requests: [("incident-1/kill_loop", "expired"), ("incident-1/kill_loop#2", "pending")])
        let store = StoreSnapshot(connection: acted, file: StoreFile(""))
        let requests = try store.approvals(ofIncident: 1)
        #expect(requests.map(\.status) == [.expired, .approved])
        #expect(requests.last?.resolvedBy == "policy: more than 20 looped generations")
        #expect(try store.unresolvedIncidents().map(\.approval) == [.auto])

        let asked = try Self.old([], requests: [("incident-1/kill_loop", "pending")])
        let other = StoreSnapshot(connection: asked, file: StoreFile(""))
        #expect(try other.approvals(ofIncident: 1).map(\.status) == [.pending])
        #expect(try other.unresolvedIncidents().map(\.approval) == [.pending])
    }
}
