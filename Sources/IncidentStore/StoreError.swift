package import Basics

/// Why the store cannot be used, and what to do.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another agent holds the lease.
    case held(path: String, by: String, since: Instant?)
    case missing(path: String)
    /// The file was written by an older program, and no agent has migrated it.
    case outdated(path: String)
    case unusable(path: String, reason: String)
    /// A stored value cannot be read back.
    case damaged(table: String, row: String, reason: String)
    case noIncident(Int64)
    case noRequest(Int64)
    case noAct(Int64)

    package var description: String {
        switch self {
        case .held(let path, let holder, let since):
            "Another agent uses \(path) (\(holder.isEmpty ? "unknown" : holder)"
                + (since.map { ", since \($0.iso8601Seconds)" } ?? "")
                + "). Stop it first, or use another file with --db."
        case .missing(let path):
            "The store \(path) does not exist. Run `sentinel` or `sentinel agent` once to create it."
        case .outdated(let path):
            "\(path) was written by an older version of Sentinel. Restart the agent to migrate it."
        case .unusable(let path, let reason): "\(path) cannot be used: \(reason)."
        case .damaged(let table, let row, let reason):
            "Row \(row) of \(table) cannot be read: \(reason). Restore the store from a backup, or correct this row."
        case .noIncident(let id): "Incident \(id) does not exist."
        case .noRequest(let id): "Approval request \(id) does not exist."
        case .noAct(let id): "Action \(id) does not exist."
        }
    }
}
