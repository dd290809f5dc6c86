package import Basics
package import SourceFetch
import SourceSpec

/// What one cheap question to a source came to.
package enum SourceAnswer: Hashable, Sendable {
    case ok
    /// The missing keys, as a sentence.
    case notConfigured(String)
    /// No table of it can be read without values for its filters.
    case notChecked
    case failed(SourceError)
}

extension SourceEngine {
    /// How long a source has to answer.
    package static let checkTimeout = Span.seconds(5)

    /// Asks a source for one page of one table.
    package func check(_ source: String) async -> SourceAnswer {
        let schema = source.lowercased()
        if let sentence = catalog.unconfigured[schema] { return .notConfigured(sentence) }
        guard let scan = checkScan(of: schema) else { return .notChecked }
        guard let failure = await Self.failure(of: scan, from: parts.pages) else { return .ok }
        guard failure.kind != .notAuthorised, let older = olderScan(of: scan) else { return .failed(failure) }
        return await Self.failure(of: older, from: parts.pages) == nil ? .ok : .failed(failure)
    }

    /// Asks the sources that nothing has asked since the last reset, all at once. Mirrors are asked by each sync.
    package func checkUnasked() async {
        let unasked = catalog.schemas.filter { schema in
            catalog.unconfigured[schema] == nil && (catalog.mirrors[schema] ?? []).isEmpty && callCount(of: schema) == 0
        }
        await withTaskGroup(of: (String, SourceAnswer).self) { group in
            for schema in unasked { group.addTask { (schema, await self.check(schema)) } }
            for await (schema, answer) in group { note(answer, of: schema) }
        }
    }

    private func note(_ answer: SourceAnswer, of schema: String) {
        switch answer {
        case .ok:
            liveFailures[schema] = nil
            answered.insert(schema)
        case .failed(let error): liveFailures[schema] = error
        case .notConfigured, .notChecked: break
        }
    }

    /// The newest minutes of a mirrored table, else a table that requires no filter.
    private func checkScan(of schema: String) -> Scan? {
        let now = configuration.clock.now()
        if let mirror = catalog.mirrors[schema]?.first {
            var scan = mirror.scan(Interval(from: now - .minutes(5), to: now), usesFallback: false)
            (scan.rowLimit, scan.maxWait) = (1, Self.checkTimeout)
            return scan
        }
        let tables = catalog.liveTables[schema] ?? []
        let readable = tables.first { !$0.isFunction && !$0.table.filters.contains(where: \.isRequired) }
        return readable.map { live in
            Scan(source: live.source, table: live.table, rowLimit: 1, maxWait: Self.checkTimeout, usesPageCache: false)
        }
    }

    private func olderScan(of scan: Scan) -> Scan? {
        guard let mirror = catalog.mirrors[scan.source.name.lowercased()]?.first, mirror.mirror.fallback != nil else {
            return nil
        }
        let now = configuration.clock.now()
        var older = mirror.scan(Interval(from: now - .minutes(5), to: now), usesFallback: true)
        (older.rowLimit, older.maxWait) = (1, Self.checkTimeout)
        return older
    }

    /// Reads the first page. Nil if it came in time.
    private static func failure(of scan: Scan, from pages: any PageSource) async -> SourceError? {
        await withTaskGroup(of: SourceError?.self) { group in
            group.addTask {
                do {
                    _ = try await pages.scan(scan) { _ in .stop }
                    return nil
                } catch {
                    return error as? SourceError ?? late(scan)
                }
            }
            group.addTask {
                try? await Task.sleep(for: checkTimeout.duration)
                return late(scan)
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private static func late(_ scan: Scan) -> SourceError {
        SourceError(
            kind: .timedOut, source: scan.source.name,
            reason: "did not answer within \(Int(checkTimeout.seconds)) s.", remedy: "The next scan tries again.")
    }
}
