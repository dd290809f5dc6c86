package import Basics
package import OnCallModel

/// A detector for one cycle: a machine that asks for rows, statement after statement, and ends with a report.
///
/// The driver calls `start` once, carries out each statement over the SQL layer, and hands its rows to `receive`
/// until a report comes. It makes a fresh detector for every cycle; nothing is remembered in between.
package protocol Detector: Sendable {
    var type: DetectionType { get }
    mutating func start(_ context: DetectorContext) -> DetectorStep
    /// `rows` answer the statement that the last step asked for, in full.
    mutating func receive(_ rows: RowSet) -> DetectorStep
}

/// What the driver does next.
package enum DetectorStep: Hashable, Sendable {
    case query(DetectorQuery)
    case report(DetectorReport)
}

/// One read-only statement over the SQL layer. Times are texts of `Instant.iso8601`.
package struct DetectorQuery: Hashable, Sendable {
    package var sql: String
    package var parameters: [Value]

    package init(sql: String, parameters: [Value]) {
        self.sql = sql
        self.parameters = parameters
    }
}

package enum DetectorCatalog {
    /// A fresh detector of every kind, in the order in which they run.
    package static func all() -> [any Detector] {
        [AgentLoopDetector(), CostSpikeDetector()]
    }
}
