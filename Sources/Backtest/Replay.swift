import Basics
import Detectors
import OnCallModel
import SourceEngine

/// Runs one detector over a history, one step at a time, with the clock at each step.
actor Replay {
    private let engine: SourceEngine
    private let type: DetectionType
    private let freshness: Freshness
    private let setNow: @Sendable (Instant) -> Void
    /// The rows of each statement at each step. The next threshold reuses them.
    private var known: [DetectorQuery: RowSet] = [:]

    /// A subject that reappears after a pause longer than this, and longer than one and a half steps, is a new alert.
    private static let quiet = Span.hours(3)

    /// `setNow` sets the clock of the engine. With `freshness` `.stored`, only mirrored rows are read.
    init(
        engine: SourceEngine, type: DetectionType, freshness: Freshness = .upTo(.minutes(1)),
        setNow: @escaping @Sendable (Instant) -> Void = { _ in }
    ) {
        (self.engine, self.type, self.freshness, self.setNow) = (engine, type, freshness, setNow)
    }

    /// - Parameter step: the time between two runs; 15 minutes for the agent's scan cycle.
    func alerts(from start: Instant, to end: Instant, step: Span, settings: Settings) async throws -> [Alert] {
        guard let detector = Self.detector(of: type) else { return [] }
        return try await alerts(of: detector, from: start, to: end, step: step, settings)
    }

    private func alerts<D: Detector>(
        of detector: D, from start: Instant, to end: Instant, step: Span, _ settings: Settings
    ) async throws -> [Alert] {
        let quiet = max(Self.quiet, step + .milliseconds(step.milliseconds / 2))
        let ask = Ask { [self] query throws(QueryFailure) in try await answer(query) }
        var memory: [String: D.Memory] = [:]
        var alerts: [Alert] = []
        var latest: [String: Int] = [:]
        var now = start
        var context = DetectorContext(now: now, settings: settings, effort: .thorough)
        while now <= end {
            try Task.checkCancellation()
            setNow(now)
            context.now = now
            let report = try await detector.run(context, memory: &memory, ask: ask)
            // What would page: notes do not.
            for finding in report.findings where !finding.isNote {
                if let index = latest[finding.subject], now - alerts[index].to <= quiet {
                    alerts[index].to = now
                } else {
                    latest[finding.subject] = alerts.count
                    alerts.append(
                        Alert(subject: finding.subject, from: now, to: now, sentence: finding.description))
                }
            }
            // What the store would hold.
            context.past = alerts.map {
                PastFinding(
                    subject: $0.subject, firstSeen: $0.from, lastSeen: $0.to, isResolved: $0.to < now - quiet)
            }
            now = now + step
        }
        return alerts.sorted { ($0.from, $0.subject) < ($1.from, $1.subject) }
    }

    static func detector(of type: DetectionType) -> (any Detector)? {
        DetectorCatalog.all.first { $0.type == type }
    }

    /// Reads a statement once, as often as it is asked.
    private func answer(_ query: DetectorQuery) async throws(QueryFailure) -> Ask.Answer {
        if let rows = known[query] { return (rows, []) }
        do {
            var limits = QueryLimits()
            limits.bodyCalls = query.bodyCalls
            let rows = try await engine.query(query.sql, query.parameters, freshness: freshness, limits: limits).rows
            // Bodies take too much memory to keep.
            if !rows.columns.contains("output") { known[query] = rows }
            return (rows, [])
        } catch {
            throw Task.isCancelled ? .cancelled : .failed(error.description)
        }
    }
}
