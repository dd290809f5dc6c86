import Basics
import SourceFetch
import SourceSpec

extension SourceEngine {
    /// The latest state of every source, in the order of their names.
    package func reports() async -> [SourceReport] {
        await load(catalog.mirrors.values.flatMap { $0 }.map(\.name))
        return catalog.specs.map { $0.name.lowercased() }.sorted().map { schema in
            report(of: schema, tables: (catalog.mirrors[schema] ?? []).map(\.name))
        }
    }

    /// The report of the part of a source that these tables are.
    func report(
        of schema: String, tables: [QualifiedName], failure: SourceError? = nil, late: Set<QualifiedName> = []
    ) -> SourceReport {
        let known = tables.filter { catalog.mirrored($0) != nil }.map { ($0, statuses[$0] ?? TableStatus()) }
        // A table that is read now and then is as old as it may be, and makes the others no older.
        let paced = known.filter { name, _ in
            (catalog.mirrored(name)?.mirror.every ?? .milliseconds(0)) > .milliseconds(0)
        }
        let ends = (paced.count < known.count ? known.filter { row in !paced.contains { $0.0 == row.0 } } : known)
            .map { end(of: $1) }
        var report = SourceReport(
            source: schema, state: .ok, asOf: ends.contains(nil) ? nil : ends.compactMap { $0 }.min(),
            calls: calls[schema] ?? 0, rows: known.reduce(0) { $0 + ($1.1.last?.rows ?? 0) },
            clockSkew: known.compactMap(\.1.last?.skew).max { abs($0.milliseconds) < abs($1.milliseconds) },
            schemaWarnings: known.reduce(0) { $0 + ($1.1.last?.warnings ?? 0) })
        if kind == .clickhouse, schema == ClickHouseStore.source { report.asOf = pushedAt }
        if let sentence = catalog.unconfigured[schema] {
            (report.state, report.message) = (.notConfigured, sentence)
            return report
        }
        let states = known.map { name, status in
            late.contains(name) && status.isRunning && retryPause(of: status) == nil
                ? (.syncing, "\(name) did not answer in time; the stored rows were read." + stored(status))
                : tableState(name, status)
        }
        let live = (failure ?? liveFailures[schema]).map { (SourceReport.State.down, Optional(Self.sentence($0))) }
        let all = states + (live.map { [$0] } ?? [])
        let messages = all.compactMap(\.1) + Self.oddities(of: report)
        report.message = messages.isEmpty ? nil : messages.joined(separator: " ")
        report.state = Self.merged(all.map(\.0))
        return report
    }

    /// Notes that are not failures: clock skew, and values that do not match the type of their column.
    private static func oddities(of report: SourceReport) -> [String] {
        var sentences: [String] = []
        if let skew = report.clockSkew, abs(skew.seconds) >= 60 {
            sentences.append(
                "Its clock is \(Format.duration(.seconds(abs(skew.seconds)))) \(skew.seconds > 0 ? "ahead of" : "behind") ours."
            )
        }
        if report.schemaWarnings > 0 {
            let values = report.schemaWarnings == 1 ? "1 value" : "\(Format.grouped(report.schemaWarnings)) values"
            sentences.append("\(values) of the last read did not match the types of their columns and are NULL.")
        }
        return sentences
    }

    /// A source is down when nothing of it answers; where some of it does, it is partial.
    private static func merged(_ states: [SourceReport.State]) -> SourceReport.State {
        if states.isEmpty { return .ok }
        if states.allSatisfy({ $0 == .down }) { return .down }
        if states.contains(.down) || states.contains(.partial) { return .partial }
        if states.contains(.syncing) { return .syncing }
        return states.contains(.noData) ? .noData : .ok
    }

    private func tableState(_ name: QualifiedName, _ status: TableStatus) -> (SourceReport.State, String?) {
        let isEmpty = status.state.coverage.intervals.isEmpty
        if let pause = retryPause(of: status) {
            let again = " It is retried at \(pause.until.iso8601Seconds)."
            return (isEmpty ? .down : .partial, pause.error.reason + again + stored(status))
        }
        if let failure = status.last?.failure {
            // Nothing but a human's hand brings back a source that refuses its key.
            let isDown = isEmpty || failure.kind == .notAuthorised
            return (isDown ? .down : .partial, Self.sentence(failure) + stored(status))
        }
        if let note = status.last?.note { return (.partial, note) }
        if status.isRunning, status.last == nil, !isWhole(name, status) {
            return (.syncing, "\(name): reading the history.")
        }
        if status.state.syncedAt == nil { return (.syncing, "\(name): no rows are stored yet.") }
        return isSilent(name, status)
            ? (.noData, "\(name): no new row since \(status.state.newest?.iso8601Seconds ?? "").") : (.ok, nil)
    }

    /// What the running sync still waits out.
    func retryPause(of status: TableStatus) -> RetryPause? {
        guard status.isRunning, let pause = status.retryPause, pause.until > configuration.clock.now() else {
            return nil
        }
        return pause
    }

    private func stored(_ status: TableStatus) -> String {
        end(of: status).map { " Rows up to \($0.iso8601Seconds) are stored." } ?? ""
    }

    /// The time of the newest stored row; it may be in the future if the provider's clock is ahead.
    private func end(of status: TableStatus) -> Instant? {
        status.state.coverage.end.map { min($0, configuration.clock.now()) }
    }

    private func isWhole(_ name: QualifiedName, _ status: TableStatus) -> Bool {
        guard let mirror = catalog.mirrored(name)?.mirror else { return true }
        let plan = MirrorPlan(mirror: mirror, coverage: status.state.coverage)
        let retention = configuration.retention ?? mirror.retention
        return plan.isWhole(from: plan.horizon(now: configuration.clock.now(), retention: retention))
    }

    /// A stream of telemetry that had rows and has had none for an hour. Commits and issues may well be quiet for days.
    private func isSilent(_ name: QualifiedName, _ status: TableStatus) -> Bool {
        guard catalog.mirrored(name)?.mirror.rollups ?? false, let newest = status.state.newest,
            let end = status.state.coverage.end
        else { return false }
        return end - newest > .hours(1)
    }

    static func sentence(_ failure: SourceError) -> String {
        [failure.reason, failure.remedy].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
