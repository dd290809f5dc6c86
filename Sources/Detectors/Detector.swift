package import OnCallModel

/// Finds one class of failure. A detector is a procedure: it runs one query after another and ends with a report.
///
/// `ask` is all that it can do. It has no clock and does no I/O; the time is in the context. It is a value without state:
/// what it keeps between runs is its memory.
package protocol Detector: Sendable {
    /// What it keeps of one subject, such as a feature or a tool. The store does not know its form.
    ///
    /// A memory that cannot be read, because an older version wrote it, is ignored.
    associatedtype Memory: Codable, Hashable, Sendable = Never

    var type: DetectionType { get }
    /// The sources without which it cannot judge, even if it had nothing to query from them.
    var needs: Set<String> { get }

    /// - Parameter memory: by subject. Its content at the end is passed to the next run; if the run throws, nothing changes.
    func run(
        _ context: DetectorContext, memory: inout [String: Memory], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport
}

extension Detector {
    package var needs: Set<String> { ["langfuse"] }
}

package enum DetectorCatalog {
    /// Every detector, in the order in which they run: the first one to find a failure opens its incident.
    package static let all: [any Detector] = [
        AgentLoopDetector(), CostSpikeDetector(), ErrorCascadeDetector(), PromptDriftDetector(), ToolFailureDetector(),
    ]
}
