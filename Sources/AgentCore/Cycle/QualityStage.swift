import Basics
import Detectors
import IncidentStore
import OnCallModel

/// Which detectors a scan runs, and how much they read.
enum CycleScope: Hashable, Sendable {
    /// A scan on schedule: new data only.
    case incremental
    /// A requested scan.
    case full
    /// Drift Patrol: a full scan by the detectors that judge outputs.
    case patrol

    var effort: DetectorContext.Effort { self == .incremental ? .routine : .thorough }

    /// The detectors that run; nil for all.
    var types: Set<DetectionType>? {
        self == .patrol ? Set(DetectionType.allCases.filter(\.traits.judgesOutputs)) : nil
    }
}

/// Records drift events, after their incidents exist and have suspects.
struct QualityStage: Sendable {
    let writer: StoreWriter

    func record(_ detected: DetectorStage.Result, scan: String, at now: Instant) async throws {
        let drifts = detected.drifts
        guard !drifts.isEmpty else { return }
        try await writer.transaction { store in
            let open = try store.snapshot.unresolvedFindings()
            for drift in drifts {
                guard let incident = open.first(where: { $0.fingerprint == drift.fingerprint })?.incident else {
                    continue
                }
                let suspect = try store.snapshot.incident(incident)?.suspects.first
                try store.recordDrift(drift, incident: incident, scan: scan, suspect: suspect, at: now)
            }
        }
    }
}

extension DriftEvent {
    /// The fingerprint of its finding.
    fileprivate var fingerprint: Fingerprint {
        switch facts {
        case .schema: .schemaDrift(of: feature)
        case .score(let facts): .scoreDrift(of: feature, score: facts.score)
        }
    }
}
