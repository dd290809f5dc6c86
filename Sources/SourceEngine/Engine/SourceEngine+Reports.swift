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

    /// What the running reads wait for, one sentence for each source: "langfuse allows 30 calls a minute; 41 s left".
    package func waits() -> [String] {
        let now = configuration.clock.now()
        let pauses = statuses.compactMap { name, status in retryPause(of: status).map { (name.schema, $0) } }
        return Dictionary(pauses) { $0.until > $1.until ? $0 : $1 }.sorted { $0.key < $1.key }.map { _, pause in
            let reason = pause.error.reason.hasSuffix(".") ? String(pause.error.reason.dropLast()) : pause.error.reason
            return "\(reason); \(Int((pause.until - now).seconds.rounded(.up))) s left"
        }
    }

    /// The report of a source's `tables`.
    func report(
        of schema: String, tables: [QualifiedName], failure: SourceError? = nil, late: Set<QualifiedName> = [],
        needs: [QualifiedName: RowNeed] = [:]
    ) -> SourceReport {
        let known = tables.filter { catalog.mirrored($0) != nil }.map { ($0, statuses[$0] ?? TableStatus()) }
        // A table that is read only `every` so often does not make the source look older, unless there is no other.
        let frequent = known.filter { name, _ in catalog.mirrored(name)?.mirror.every == .milliseconds(0) }
        let ends = (frequent.isEmpty ? known : frequent).map { end(of: $1) }
        var report = SourceReport(
            source: schema, state: .ok, asOf: ends.contains(nil) ? nil : ends.compactMap { $0 }.min(),
            calls: callCount(of: schema), rows: known.reduce(0) { $0 + ($1.1.last?.rows ?? 0) },
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
                : tableState(name, status, needs[name])
        }
        let live = (failure ?? liveFailures[schema]).map { error in
            (error.kind == .notAuthorised ? SourceReport.State.refused : .down, Optional(Self.sentence(error)))
        }
        if known.isEmpty, live == nil, !answered.contains(schema), catalog.mirrors[schema] == nil, report.calls == 0 {
            (report.state, report.message) = (.notChecked, "Nothing has asked it yet.")
            return report
        }
        let all = states + (live.map { [$0] } ?? [])
        let messages = all.compactMap(\.1) + Self.notes(on: report)
        report.message = messages.isEmpty ? nil : messages.joined(separator: " ")
        report.state = Self.merged(all.map(\.0))
        return report
    }

    /// Notes that are not failures: clock skew, and values that do not match the type of their column.
    private static func notes(on report: SourceReport) -> [String] {
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

    /// A source is down if all its tables are, and partial if some are.
    private static func merged(_ states: [SourceReport.State]) -> SourceReport.State {
        if states.isEmpty { return .ok }
        if states.contains(.refused) { return .refused }
        if states.allSatisfy({ $0 == .down }) { return .down }
        if states.allSatisfy({ $0 == .down || $0 == .waiting }) { return .waiting }
        if states.contains(where: { [.down, .partial, .waiting].contains($0) }) { return .partial }
        if states.contains(.syncing) { return .syncing }
        return states.contains(.noData) ? .noData : .ok
    }

    /// `need`: what a statement needs of the table. Older rows may be missing.
    private func tableState(
        _ name: QualifiedName, _ status: TableStatus, _ need: RowNeed?
    ) -> (SourceReport.State, String?) {
        if let need, meets(name, need), status.last?.note == nil { return silence(name, status) ?? (.ok, nil) }
        let isEmpty = status.state.coverage.intervals.isEmpty
        if let pause = retryPause(of: status) {
            let again = " It is retried at \(pause.until.iso8601Seconds)."
            return (isEmpty ? .waiting : .partial, pause.error.reason + again + stored(status))
        }
        if let failure = status.last?.failure ?? status.headFailure {
            // It stays so until a person sets another key.
            let isRefused = failure.kind == .notAuthorised
            return (isRefused ? .refused : isEmpty ? .down : .partial, Self.sentence(failure) + stored(status))
        }
        if let note = status.last?.note { return (.partial, note) }
        if status.isRunning, status.last == nil, !isComplete(name, status) {
            return (.syncing, "\(name): reading the history.")
        }
        if status.state.syncedAt == nil { return (.syncing, "\(name): no rows are stored yet.") }
        return silence(name, status) ?? (.ok, nil)
    }

    /// The pause that the running sync still waits for.
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

    /// Telemetry with no new row for an hour. Commits and issues may have none for days.
    private func silence(_ name: QualifiedName, _ status: TableStatus) -> (SourceReport.State, String?)? {
        guard catalog.mirrored(name)?.hasRollups ?? false, let headAt = status.state.headAt else { return nil }
        guard let newest = status.state.newest else { return (.noData, "\(name): no rows.") }
        guard headAt - newest > MirrorLedger.oldTelemetry else { return nil }
        return (.noData, "\(name): no new row since \(newest.iso8601Seconds).")
    }

    static func sentence(_ failure: SourceError) -> String {
        [failure.reason, failure.remedy].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
