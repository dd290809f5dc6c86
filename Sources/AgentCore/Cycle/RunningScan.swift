import Basics
import Detectors
import OnCallModel

/// The state of a scan while its tasks run.
struct RunningScan: Sendable {
    var report: CycleReport
    let detectors: [any Detector]
    var started: Set<DetectionType> = []
    var queue: ReportQueue<DetectorReport>
    var detected = DetectorStage.Result()
    var sample: TraceSample?
    var hasSampled = false
    var isSettled = false
    /// Why a report could not be stored; its findings are kept for the next scan.
    var outage: (any Error)?
    /// The findings that were recorded.
    var recorded: Set<Fingerprint> = []
    /// The incidents whose pipelines were started, and how many of them still run.
    var held: Set<Int64> = []
    var underWork = 0
    /// The incidents that went through their pipelines, in order.
    var worked: [Int64] = []
    private var ends: [String: ContinuousClock.Instant] = [:]
    private let began = ContinuousClock.now

    private static let stages = ["sync", "sample", "detect", "investigate", "settle"]

    init(report: CycleReport, detectors: [any Detector]) {
        (self.report, self.detectors) = (report, detectors)
        queue = ReportQueue(order: detectors.map(\.type))
    }

    var hasRead: Bool { ends["sync"] != nil }

    var isDone: Bool { isSettled && hasSampled && underWork == 0 }

    func hasJudged(_ type: DetectionType) -> Bool { detected.reports.contains { $0.type == type } }

    /// The loops are judged, or not part of this scan.
    var hasJudgedLoops: Bool {
        !detectors.contains { $0.type.traits.hasOwnRemedy }
            || detected.reports.contains { $0.type.traits.hasOwnRemedy }
    }

    mutating func end(_ stage: String) { ends[stage] = .now }

    /// From the start of the scan to the end of each stage: stages overlap.
    var timings: [CycleReport.Timing] {
        Self.stages.compactMap { stage in
            ends[stage].map { end in
                let milliseconds = (end - began) / .milliseconds(1)
                return CycleReport.Timing(stage: stage, milliseconds: (milliseconds * 10).rounded() / 10)
            }
        }
    }

    /// The order of the catalog, whichever detector ended first.
    mutating func sortReports() {
        let order = detectors.map(\.type)
        detected.reports.sort { (order.firstIndex(of: $0.type) ?? 0) < (order.firstIndex(of: $1.type) ?? 0) }
    }
}
