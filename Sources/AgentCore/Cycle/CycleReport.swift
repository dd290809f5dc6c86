package import Basics
package import OnCallModel

/// What one scan found and did: the form of `sentinel scan --format json` (contract).
package struct CycleReport: Hashable, Sendable {
    package var startedAt: Instant
    package var findings: [Finding] = []
    package var incidents: [IncidentDetail] = []
    package var approvals: [ApprovalItem] = []
    package var sources: [SourceHealth] = []
    package var detectors: [DetectorHealth] = []
    package var sampling: Sampling?
    /// Milliseconds by stage, in the order of the stages.
    package var timings: [Timing] = []

    package struct Timing: Hashable, Sendable {
        package var stage: String
        package var milliseconds: Double
    }

    package init(startedAt: Instant) {
        self.startedAt = startedAt
    }

    /// Data is missing. A source without keys and its detectors do not count, unless no detector is left.
    package var isPartial: Bool {
        sources.contains { [.partial, .down, .refused, .waiting, .noData].contains($0.state) }
            || detectors.contains { [.partial, .failed].contains($0.state) }
            || !detectors.isEmpty && detectors.allSatisfy { $0.state == .notConfigured }
    }

    package var json: JSONValue {
        .fields([
            "findings": .array(findings.map(\.json)), "incidents": .array(incidents.map(\.json)),
            "approvals": .array(approvals.map(\.json)),
            "sources": .object(sources.map { JSONValue.Member($0.name, $0.json) }),
            "detectors": .object(detectors.map { JSONValue.Member($0.type.rawValue, $0.json) }),
            "sampling": sampling?.json, "partial": .bool(isPartial),
            "timings_ms": .object(timings.map { JSONValue.Member($0.stage, .number($0.milliseconds)) }),
        ])
    }
}
