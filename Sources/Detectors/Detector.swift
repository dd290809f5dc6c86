package import Basics
package import OnCallModel

/// A detector for one cycle: a machine that asks for rows, statement after statement, and ends with a report.
///
/// The driver calls `start` once, carries out each statement over the SQL layer, and hands its rows to `receive`
/// until a report comes. It makes a fresh detector for every cycle; nothing is remembered in between.
package protocol Detector: Sendable {
    var type: DetectionType { get }
    /// The sources without which it cannot judge, even where it found nothing to ask them.
    var needs: Set<String> { get }
    mutating func start(_ context: DetectorContext) -> DetectorStep
    /// `rows` answer the statement that the last step asked for, in full.
    mutating func receive(_ rows: RowSet) -> DetectorStep
}

extension Detector {
    package var needs: Set<String> { ["langfuse"] }
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
    /// The detector can do without: when the statement fails, it is handed a row set without columns, and the report is
    /// marked as partial.
    package var isOptional: Bool
    /// Of an optional one: the detector says itself what its failure means, and the report is not marked.
    package var isAttempt: Bool

    package init(sql: String, parameters: [Value], isOptional: Bool = false, isAttempt: Bool = false) {
        self.sql = sql
        self.parameters = parameters
        self.isOptional = isOptional
        self.isAttempt = isAttempt
    }
}

package enum DetectorCatalog {
    /// A fresh detector of every kind, in the order in which they run: of one trouble the first to see it opens the incident.
    package static func all() -> [any Detector] {
        [
            AgentLoopDetector(), CostSpikeDetector(), ErrorCascadeDetector(), PromptDriftDetector(),
            ToolFailureDetector(),
        ]
    }
}
