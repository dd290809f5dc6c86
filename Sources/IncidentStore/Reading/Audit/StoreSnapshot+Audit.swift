import Basics
import Crypto
package import OnCallModel
import SQLiteKit

extension StoreSnapshot {
    /// The latest entries of the audit log, newest first; those of one incident, or of all.
    package func audit(ofIncident incident: Int64? = nil, limit: Int) throws -> [AuditRow] {
        let condition = incident == nil ? "" : "WHERE incident_id = ?2"
        return try rows(
            "audit_log", "SELECT * FROM audit_log \(condition) ORDER BY id DESC LIMIT ?1",
            [.init(limit)] + (incident.map { [.integer($0)] } ?? [])
        ).map { try $0.auditRow() }
    }

    /// The entries after an id, earliest first.
    package func audit(after id: Int64, limit: Int) throws -> [AuditRow] {
        try auditRows(after: id, limit: limit).map { try $0.auditRow() }
    }

    /// Compares every row with its hash, and the last one with the head.
    package func checkAudit() throws -> AuditCheck {
        let head = try auditHead()
        var (count, hash) = (Int64(0), "")
        while true {
            let rows = try auditRows(after: count, limit: 500)
            if rows.isEmpty { break }
            for row in rows {
                guard try row.id() == count + 1 else { return .missing(count + 1) }
                hash = AuditChain.hash(row.chained, after: hash)
                guard try row.text("hash") == hash else { return .changed(count + 1) }
                count += 1
            }
        }
        if count < head.entries { return .cut(entries: count, written: head.entries) }
        return count == head.entries && hash == head.hash ? .intact(entries: count) : .wrongHead
    }

    package func freeze() throws -> Freeze? {
        guard let row = try rows("action_freeze", "SELECT * FROM action_freeze").first else { return nil }
        return try Freeze(since: row.instant("since"), author: row.text("author"), reason: row.text("reason"))
    }

    func auditHead() throws -> (entries: Int64, hash: String) {
        guard let row = try rows("audit_head", "SELECT * FROM audit_head").first else { return (0, "") }
        return try (row.id("entries"), row.text("hash"))
    }

    private func auditRows(after id: Int64, limit: Int) throws -> [StoredRow] {
        try rows(
            "audit_log", "SELECT * FROM audit_log WHERE id > ? ORDER BY id LIMIT ?", [.integer(id), .init(limit)])
    }
}

/// The chain of hashes: each covers the row and the hash before it.
enum AuditChain {
    /// The columns that a hash covers, in its order.
    static let columns = [
        "id", "at", "who", "event", "what", "why", "incident_id", "request_id", "act_id", "calls", "outcome",
    ]

    static func hash(_ values: [Value], after previous: String) -> String {
        let row = JSONValue.array(
            [.string(previous)]
                + values.map { value in
                    switch value {
                    case .integer(let number): .integer(number)
                    case .null: .null
                    default: .string(value.text ?? value.spelling)
                    }
                })
        return Hexadecimal.text(of: SHA256.digest(of: Array(row.serialized.utf8)))
    }
}

extension StoredRow {
    fileprivate var chained: [Value] { AuditChain.columns.map { record[$0] } }

    fileprivate func auditRow() throws -> AuditRow {
        // Masking may have cut the JSON of calls.
        let calls = try (try? json("calls").array) ?? [.string(text("calls"))]
        let entry = try AuditEntry(
            choice("event"), by: text("who"), text("what"), why: text("why"), incident: optionalID("incident_id"),
            request: optionalID("request_id"), act: optionalID("act_id"), calls: calls.compactMap(\.string),
            outcome: text("outcome"))
        return try AuditRow(id: id(), at: instant("at"), entry: entry, hash: text("hash"))
    }
}
