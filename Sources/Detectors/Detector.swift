package import OnCallModel

/// Finds one class of trouble. A detector is a procedure: it asks one statement after another and ends with a report.
///
/// `ask` is all that it can do. It has no clock and does no I/O; the time is in the context. It is a value without state:
/// what it knows from earlier runs is its memory.
package protocol Detector: Sendable {
    /// What it remembers of one subject, such as a feature or a tool. The store keeps it without knowing it.
    ///
    /// A memory that cannot be read, because an older version wrote it, is as if it had never been.
    associatedtype Memory: Codable, Hashable, Sendable = Never

    var type: DetectionType { get }
    /// The sources without which it cannot judge, even where it found nothing to ask them.
    var needs: Set<String> { get }

    /// - Parameter memory: by subject. What it holds at the end is there at the beginning of the next run; where the run
    ///   throws, nothing changes.
    func run(
        _ context: DetectorContext, memory: inout [String: Memory], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport
}

extension Detector {
    package var needs: Set<String> { ["langfuse"] }
}

package enum DetectorCatalog {
    /// Every detector, in the order in which they run: of one trouble the first to see it opens the incident.
    package static let all: [any Detector] = [
        AgentLoopDetector(), CostSpikeDetector(), ErrorCascadeDetector(), PromptDriftDetector(), ToolFailureDetector(),
    ]
}
