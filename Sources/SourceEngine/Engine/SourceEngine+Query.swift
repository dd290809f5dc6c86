package import Basics
import SourceFetch
import SourceSpec

extension SourceEngine {
    /// Runs one read-only statement in the dialect of SQLite or DataFusion. `parameters` replace `?` or `?1`.
    ///
    /// If a source fails, the result is partial and has the reason, as long as its mirror has rows or the statement reads other
    /// sources. If there are no rows, the failure is thrown.
    package func query(
        _ sql: String, _ parameters: [Value] = [], freshness: Freshness = .upTo(.seconds(60)),
        limits: QueryLimits = QueryLimits()
    ) async throws(QueryError) -> QueryResult {
        try await guarded { try await answer(sql, parameters, freshness, limits, $0) }
    }

    /// Runs `body` with a flag that is set when the caller's task is cancelled, and explains its errors.
    func guarded<Result: Sendable>(
        _ body: (Lock<Bool>) async throws -> Result
    ) async throws(QueryError) -> Result {
        let cancellation = Lock(false)
        do {
            return try await withTaskCancellationHandler {
                try await body(cancellation)
            } onCancel: {
                cancellation.withLock { $0 = true }
            }
        } catch let error as QueryError {
            throw error
        } catch let error as SourceError {
            throw StatementFailure.error(from: error)
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw QueryError(
                .storage, "The mirror could not be used: \(error).",
                remedy: "Check the folder \(configuration.mirrorDirectory) and its disk.")
        }
    }

    private func answer(
        _ sql: String, _ parameters: [Value], _ freshness: Freshness, _ limits: QueryLimits, _ cancellation: Lock<Bool>
    ) async throws -> QueryResult {
        let now = configuration.clock.now()
        let deadline = ContinuousClock.now + limits.time.duration
        let reading = try StatementReading(sql, parameters: parameters, catalog: catalog, now: now)
        if reading.isExplained {
            let explanation = try await explanation(of: reading, freshness, limits, cancellation)
            return QueryResult(rows: explanation.rows, asOf: now, isTruncated: false, sources: [], calls: 0)
        }
        if freshness != .stored, let result = try await pushed(reading, limits, at: now) { return result }
        let reads = try await tables(of: reading)
        let mirrored = reads.filter { catalog.mirrored($0) != nil }.sorted()
        // The last quarter of the time is reserved for the run itself.
        let syncDeadline = ContinuousClock.now + .milliseconds(limits.time.milliseconds * 3 / 4)
        let fresh = await update(mirrored, to: freshness, limits, until: syncDeadline)
        try failIfNothingIsStored(mirrored, reads)
        let statementLimits = StatementLimits(
            query: limits, deadline: deadline, calls: freshness == .stored ? .none : .allowed,
            mayBePartial: Set(reads.map(\.schema)).count > 1, unconfigured: catalog.unconfigured,
            usingFallback: Set(mirrored.filter { statuses[$0]?.state.usesFallback(now: now) ?? false }),
            cancellation: cancellation)
        // The sync may have deleted a corrupt file, so it is looked up again.
        let current = try await attachments(for: reading)
        let outcome = try await run(reading, current, statementLimits)
        return result(outcome, reads: reads, mirrored: mirrored, fresh: fresh, at: now)
    }

    /// The tables that a statement reads.
    func tables(of reading: StatementReading) async throws -> Set<QualifiedName> {
        let attachments = try await attachments(for: reading)
        return try await withRunner { try await $0.reads(of: reading, attachments) }
    }

    func attachments(for reading: StatementReading) async throws -> [StatementRunner.Attachment] {
        var attachments: [StatementRunner.Attachment] = []
        for schema in reading.schemas {
            guard let file = files[schema] else {
                attachments.append(.init(schema: schema, path: "", generation: 0))
                continue
            }
            attachments.append(.init(schema: schema, path: file.path, generation: try await file.prepare()))
        }
        return attachments
    }

    /// Throws the failure if every source of the statement has failed and none ever returned a row.
    private func failIfNothingIsStored(_ mirrored: [QualifiedName], _ reads: Set<QualifiedName>) throws {
        let empty = mirrored.filter { name in
            let status = statuses[name]
            let isOff = catalog.unconfigured[name.schema] != nil || status.flatMap(failure) != nil
            return isOff && status?.state.coverage.intervals.isEmpty ?? true && !(status?.state.hasRows ?? false)
        }
        let down = Set(empty.map(\.schema))
        guard !empty.isEmpty, Set(reads.map(\.schema)) == down, mirrored.allSatisfy(empty.contains) else { return }
        if let sentence = catalog.unconfigured[empty[0].schema] { throw QueryError(.notConfigured, sentence) }
        if let error = empty.lazy.compactMap({ self.statuses[$0].flatMap(self.failure) }).first { throw error }
    }

    /// Why a table is not up to date.
    private func failure(_ status: TableStatus) -> SourceError? {
        retryPause(of: status)?.error ?? status.last?.failure
    }

    private func result(
        _ outcome: StatementRunner.Outcome, reads: Set<QualifiedName>, mirrored: [QualifiedName],
        fresh: FreshnessOutcome, at now: Instant
    ) -> QueryResult {
        noteCalls(outcome.calls)
        let schemas = Set(reads.map(\.schema)).subtracting([MetaTables.schema]).sorted()
        for schema in schemas where reads.contains(where: { $0.schema == schema && catalog.mirrored($0) == nil }) {
            liveFailures[schema] = outcome.failures[schema]
            if outcome.failures[schema] == nil, outcome.oldestAnswer != nil { answered.insert(schema) }
        }
        let reports = schemas.map { schema in
            report(
                of: schema, tables: mirrored.filter { $0.schema == schema }, failure: outcome.failures[schema],
                late: fresh.late, needs: fresh.needs)
        }
        let ends = mirrored.compactMap { statuses[$0]?.state.coverage.end } + [outcome.oldestAnswer].compactMap { $0 }
        return QueryResult(
            rows: outcome.rows, asOf: min(ends.min() ?? now, now), isTruncated: outcome.isTruncated, sources: reports,
            calls: fresh.calls + outcome.calls.values.reduce(0, +))
    }
}
