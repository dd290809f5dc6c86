import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// The end of a scan: what it did not find any more, and its report.
extension OnCallCycle {
    /// Resolves incidents that no capable detector has found for a while, and brings those up to date that are not under
    /// work. Investigations go on behind.
    func settle(
        _ scan: inout RunningScan, _ group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        if let outage = scan.outage { throw outage }
        scan.isSettled = true
        try await openHeld(&scan, &group)
        let start = scan.report.startedAt
        let reports = await engine.reports()
        for index in scan.detected.reports.indices {
            let type = scan.detected.reports[index].type
            guard let needs = scan.detectors.first(where: { $0.type == type })?.needs else { continue }
            scan.detected.reports[index].report = stage.limited(
                scan.detected.reports[index].report, by: needs, reports)
        }
        scan.report.sources = reports.map(SourceHealth.init).sorted { $0.name < $1.name }
        scan.sortReports()
        scan.report.findings = scan.detected.findings
        scan.report.detectors = scan.detected.health(asOf: start)
        let (report, held, judged) = (scan.report, scan.underWork > 0 ? scan.held : [], scan.detected.judged)
        let judges: @Sendable (IncidentFinding) -> Bool = { judged[$0.type]?.contains($0.fingerprint) ?? false }
        let (since, gate, now) = (
            start - .minutes(settings.resolveAfterMinutes), configuration.gate(settings), clock.now()
        )
        try await writer.transaction { [scope] store in
            try store.saveSources(report.sources, at: now)
            try store.saveDetectors(report.detectors)
            try store.finishLoops(at: now)
            try store.markUnseen(since: start, judges: judges, at: now)
            for incident in try store.unseen(since: since, judges: judges) {
                _ = try store.resolve(
                    incident, by: IncidentLife.agent,
                    because: "Resolved: no scan has seen it since \(incident.lastSeen.iso8601Seconds)", gate: gate,
                    at: now)
            }
            try store.bringUpToDate(gate: gate, holding: held, at: now)
            if scope != .patrol { try store.recordCycle(at: start, partial: report.isPartial) }
        }
        await onActs()
        scan.end("settle")
        try await showInvestigations(scan)
    }

    func finish(_ running: RunningScan) async throws -> CycleReport {
        var scan = running
        let start = scan.report.startedAt
        try await QualityStage(writer: writer).record(scan.detected, scan: scanID(at: start), at: start)
        let gate = configuration.gate(settings)
        scan.end("investigate")
        var report = scan.report
        report.timings = scan.timings
        await engine.checkUnasked()
        // The calls of the investigations count too.
        report.sources = await sourceHealth()
        report.incidents = try await writer.read { [worked = scan.worked] store in
            try worked.compactMap { try store.incident($0) }
        }
        report.approvals = try await writer.read { try $0.approvals(limit: 200) }.filter { $0.status == .pending }
        let (sources, now, isPartial) = (report.sources, clock.now(), report.isPartial)
        try await writer.transaction { [scope] store in
            try store.saveSources(sources, at: now)
            // A source that was asked only now may have refused.
            if scope != .patrol { try store.recordCycle(at: start, partial: isPartial) }
            try store.bringUpToDate(gate: gate, at: now)
            try store.setActivity("")
        }
        await onActs()
        return report
    }
}
