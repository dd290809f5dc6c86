import Basics
import Detectors
import IncidentStore
import OnCallModel

/// How much of a cycle runs, and how hard it looks.
enum CycleScope: Hashable, Sendable {
    case routine
    /// Somebody asked: everything, thoroughly.
    case thorough
    /// What judges outputs, thoroughly: Drift Patrol.
    case patrol

    var effort: DetectorContext.Effort { self == .routine ? .routine : .thorough }

    /// The detectors that run; nil for all.
    var types: Set<DetectionType>? {
        self == .patrol ? Set(DetectionType.allCases.filter(\.traits.judgesOutputs)) : nil
    }
}

/// Writes down what drifted, once the incidents are there and somebody is blamed.
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
    /// Of the finding that it comes with.
    fileprivate var fingerprint: Fingerprint {
        switch facts {
        case .schema: .schemaDrift(of: feature)
        case .score(let facts): .scoreDrift(of: feature, score: facts.score)
        }
    }
}
