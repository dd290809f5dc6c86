package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Adds an entry to the audit log, in the transaction of what it tells.
    package func audit(_ entry: AuditEntry, at now: Instant) throws {
        let head = try snapshot.auditHead()
        let id = head.entries + 1
        // The hash covers the texts as they are stored: masked.
        let mask = { connection.textFilter?($0) ?? $0 } as (String) -> String
        let values: [Value] = [
            .integer(id), .init(now), .text(mask(entry.who)), .text(entry.event.rawValue), .text(mask(entry.what)),
            .text(mask(entry.why)), .init(entry.incident), .init(entry.request), .init(entry.act),
            .text(mask(JSONValue.array(entry.calls.map { .string(mask($0)) }).serialized)), .text(mask(entry.outcome)),
        ]
        let hash = AuditChain.hash(values, after: head.hash)
        let columns = AuditChain.columns
        try run(
            "INSERT INTO audit_log (\(columns.joined(separator: ", ")), hash) VALUES (?\(String(repeating: ", ?", count: columns.count)))",
            values + [.text(hash)])
        try run("UPDATE audit_head SET entries = ?, hash = ?", [.integer(id), .text(hash)])
    }

    /// Stops all actions until ``thaw(by:at:)``. The freeze that was there before, if one was.
    package func freeze(by author: String, because reason: String, at now: Instant) throws -> Freeze? {
        if let freeze = try snapshot.freeze() { return freeze }
        try insert(
            into: "action_freeze",
            ["id": 1, "since": .init(now), "author": .text(author), "reason": .text(reason)])
        try audit(AuditEntry(.frozen, by: author, "Freeze all actions", why: reason), at: now)
        return nil
    }

    /// Ends a freeze; nil if there was none.
    package func thaw(by author: String, at now: Instant) throws -> Freeze? {
        guard let freeze = try snapshot.freeze() else { return nil }
        try run("DELETE FROM action_freeze")
        try audit(AuditEntry(.thawed, by: author, "Allow actions again"), at: now)
        return freeze
    }
}
