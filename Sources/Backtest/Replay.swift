package import Basics
import Detectors
package import OnCallModel
package import SourceEngine

/// Runs one detector over a history, step by step, as if each step were now.
package actor Replay {
    private let engine: SourceEngine
    private let type: DetectionType
    private let freshness: Freshness
    private let setNow: @Sendable (Instant) -> Void
    /// The rows of each statement of each step: a threshold that is tried next reads the same ones.
    private var known: [Key: RowSet] = [:]

    private struct Key: Hashable {
        var sql: String
        var parameters: [Value]
    }

    /// A subject that is quiet for longer than this, and than a step and a half, and then comes again is a new alert.
    private static let quiet = Span.hours(3)

    /// `setNow` moves the clock that the engine reads. With `freshness` `.stored` only what is mirrored is read.
    package init(
        engine: SourceEngine, type: DetectionType, freshness: Freshness = .upTo(.minutes(1)),
        setNow: @escaping @Sendable (Instant) -> Void = { _ in }
    ) {
        (self.engine, self.type, self.freshness, self.setNow) = (engine, type, freshness, setNow)
    }

    /// - Parameter step: the time from one run to the next; the on-call brain's is 15 minutes.
    package func alerts(
        from start: Instant, to end: Instant, step: Span, settings: Settings,
        progress: @Sendable (Double) -> Void = { _ in }
    ) async throws -> [Alert] {
        var open: [String: Alert] = [:]
        var alerts: [Alert] = []
        var hours: Set<Instant> = []
        var memory = Memory()
        let quiet = max(Self.quiet, step + .milliseconds(step.milliseconds / 2))
        var now = start
        while now <= end {
            try Task.checkCancellation()
            setNow(now)
            for finding in try await findings(at: now, settings, leavingOut: hours, &memory) {
                if finding.facts.cost != nil { hours.insert(finding.lastSeen.startOfHour) }
                if var alert = open[finding.subject], now - alert.to <= quiet {
                    alert.to = now
                    open[finding.subject] = alert
                } else {
                    if let last = open[finding.subject] { alerts.append(last) }
                    open[finding.subject] = Alert(
                        subject: finding.subject, from: now, to: now, sentence: finding.description)
                }
            }
            let since = now - quiet
            memory.open = Set(open.values.filter { $0.to >= since }.map(\.subject))
            progress((now - start).seconds / max(1, (end - start).seconds))
            now = now + step
        }
        return (alerts + open.values).sorted { ($0.from, $0.subject) < ($1.from, $1.subject) }
    }

    /// What the store would hold from one step to the next.
    private struct Memory {
        var snapshots: [String: FeatureSnapshot] = [:]
        var tools: [String: ToolProfile] = [:]
        var open: Set<String> = []
    }

    private static func detector(of type: DetectionType) -> (any Detector)? {
        DetectorCatalog.all().first { $0.type == type }
    }

    /// Whether there is a detector to replay.
    package static func knows(_ type: DetectionType) -> Bool { detector(of: type) != nil }

    /// What would page: notes do not.
    private func findings(
        at now: Instant, _ settings: Settings, leavingOut hours: Set<Instant>, _ memory: inout Memory
    ) async throws -> [Finding] {
        guard var detector = Self.detector(of: type) else { return [] }
        var step = detector.start(
            DetectorContext(
                now: now, settings: settings, effort: .thorough, incidentHours: hours,
                openSubjects: [type: memory.open], snapshots: memory.snapshots, tools: memory.tools))
        while case .query(let query) = step {
            step = detector.receive(try await rows(query))
        }
        guard case .report(let report) = step else { return [] }
        for snapshot in report.snapshots { memory.snapshots[snapshot.feature] = snapshot }
        for tool in report.tools { memory.tools[tool.tool] = tool }
        return report.findings.filter { !$0.isNote }
    }

    private func rows(_ query: DetectorQuery) async throws -> RowSet {
        let key = Key(sql: query.sql, parameters: query.parameters)
        if let rows = known[key] { return rows }
        do {
            let rows = try await engine.query(query.sql, query.parameters, freshness: freshness).rows
            // Bodies would fill the memory.
            if !rows.columns.contains("output") { known[key] = rows }
            return rows
        } catch {
            guard query.isOptional, !Task.isCancelled else { throw error }
            return RowSet(columns: [])
        }
    }
}
