package import Basics
import SourceFetch
import SourceSpec

extension SourceEngine {
    /// The calls that a statement would make now. Makes none: mirrors are read as stored, and the requests of a live table in a join
    /// follow from the stored rows of the other side.
    package func explain(
        _ sql: String, _ parameters: [Value] = [], freshness: Freshness = .upTo(.seconds(60)),
        limits: QueryLimits = QueryLimits()
    ) async throws(QueryError) -> QueryExplanation {
        try await guarded { cancellation in
            let now = configuration.clock.now()
            let reading = try StatementReading(sql, parameters: parameters, catalog: catalog, now: now)
            return try await explanation(of: reading, freshness, limits, cancellation)
        }
    }

    /// The calls that an update of the statement's mirrors would make. Does not run the statement.
    package func readingAhead(of sql: String, freshness: Freshness = .upTo(.seconds(60))) async throws(QueryError)
        -> QueryExplanation
    {
        try await guarded { _ in
            let now = configuration.clock.now()
            let reading = try StatementReading(sql, parameters: [], catalog: catalog, now: now)
            return QueryExplanation(steps: try await mirrorSteps(of: try await tables(of: reading), freshness))
        }
    }

    func explanation(
        of reading: StatementReading, _ freshness: Freshness, _ limits: QueryLimits, _ cancellation: Lock<Bool>
    ) async throws -> QueryExplanation {
        if let pushed = pushedExplanation(of: reading) { return pushed }
        let reads = try await tables(of: reading)
        let statementLimits = StatementLimits(
            query: limits, deadline: ContinuousClock.now + limits.time.duration, calls: .listed,
            cancellation: cancellation)
        let attachments = try await attachments(for: reading)
        let outcome = try await withRunner { try await $0.run(reading, attachments, statementLimits) }
        var steps = try await mirrorSteps(of: reads, freshness)
        let live = reads.filter { catalog.mirrored($0) == nil && $0.schema != MetaTables.schema }
        for name in Set(live).union(outcome.planned.keys).sorted() {
            steps.append(liveStep(name, outcome.planned[name]))
        }
        for (name, groups) in outcome.plannedBodies.sorted(by: { $0.key < $1.key }) {
            steps.append(
                .init(
                    table: name.description, access: .bodies, calls: groups,
                    note: "one for each trace whose input or output is not cached"))
        }
        return QueryExplanation(steps: steps)
    }

    private func mirrorSteps(
        of reads: Set<QualifiedName>, _ freshness: Freshness
    ) async throws -> [QueryExplanation.Step] {
        let mirrored = reads.filter { catalog.mirrored($0) != nil }.sorted()
        await load(mirrored)
        var steps: [QueryExplanation.Step] = []
        for name in mirrored { steps.append(try await mirrorStep(name, freshness)) }
        return steps
    }

    private func mirrorStep(_ name: QualifiedName, _ freshness: Freshness) async throws -> QueryExplanation.Step {
        var step = QueryExplanation.Step(table: name.description, access: .mirror, calls: 0)
        guard let table = catalog.mirrored(name), let file = files[name.schema] else { return step }
        if let sentence = catalog.unconfigured[name.schema] {
            step.note = sentence
            return step
        }
        guard case .upTo(let span, let since) = freshness, !isFresh(name, within: span, since: since) else {
            step.note = "the stored rows are sufficient"
            return step
        }
        let state = statuses[name]?.state ?? MirrorState()
        let now = configuration.clock.now()
        let rate = try await file.rowsPerHour(of: name)
        let plan = MirrorPlan(
            mirror: table.mirror, coverage: state.coverage, syncedAt: state.syncedAt, rowsPerHour: rate)
        let horizon = plan.horizon(now: now, retention: retention(of: table.mirror))
        let windows = plan.windows(from: horizon, to: now)
        guard let first = windows.first else { return step }
        let planned = try parts.pages.request(
            of: table.scan(first, usesFallback: state.usesFallback(now: now)))
        step.request = planned.text
        if let rate, let size = planned.pageSize {
            step.calls = windows.reduce(0) { sum, window in
                sum + max(1, Int((rate * window.length.seconds / 3600 / Double(size)).rounded(.up)))
            }
            step.note = "about; \(windows.count) window\(windows.count == 1 ? "" : "s") to read"
        } else {
            step.calls = windows.count == 1 && state.hasRows ? 1 : nil
            step.minimum = windows.count
            step.note = "at least \(windows.count): the number of rows is not known yet"
        }
        return step
    }

    private func liveStep(_ name: QualifiedName, _ planned: StatementScope.PlannedScans?) -> QueryExplanation.Step {
        var step = QueryExplanation.Step(table: name.description, access: .live, calls: planned?.count)
        if let sentence = catalog.unconfigured[name.schema] {
            (step.calls, step.note) = (0, sentence)
        } else if let planned {
            step.request = planned.first
            step.note = planned.kept == 0 ? "" : "\(planned.kept) more from cached pages"
        } else {
            step.note = "once for each joined row"
        }
        return step
    }
}
