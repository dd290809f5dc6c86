package import Basics
package import OnCallModel

/// Scores the traces of the last 24 hours and keeps those that are worth reading in full: a procedure like a detector, which
/// ends with its new memory.
///
/// A trace is scored when it is new or has changed, so a cycle costs what is new. The score is the original system's sum; the
/// uniform draw uses the hash of the id, so that rates over it, weighted by its inverse probability, are unbiased.
package struct TraceSampler: Sendable {
    private let memory: SamplerMemory
    private let settings: Settings
    private let queries: SampleQueries
    private let now: Instant
    private var outcome = SamplerOutcome()
    /// The traces with failed outputs that were scored because they changed.
    private var scoredFailing: Set<String> = []
    /// Traces with a pattern that was unknown before this cycle: the earliest opens it.
    private var openings: [String: [TraceDigest]] = [:]

    /// Failed traces that are read in one cycle beside those that changed.
    private static let maxFailed = 500
    /// A trace with more steps is kept; the loop detector's threshold may be lower.
    private static let manySteps = 5

    package init(memory: SamplerMemory, settings: Settings, now: Instant) {
        self.memory = memory
        self.settings = settings
        self.now = now
        queries = SampleQueries(now: now, engine: settings.engine)
        outcome.rules = Self.rules(of: settings)
        let isOfAnotherTime = memory.readUntil.map { $0 > now + .minutes(15) || $0 < now - SampleQueries.window }
        outcome.startsAnew = memory.rules != outcome.rules || isOfAnotherTime ?? true
        outcome.readUntil = outcome.startsAnew ? nil : memory.readUntil
    }

    /// Whether the uniform draw of a share, in per cent, takes a trace.
    package static func draws(_ trace: String, percent: Double) -> Bool { TraceDigest.isDrawn(trace, percent: percent) }

    private static func rules(of settings: Settings) -> String {
        """
        score \(settings.samplerKeepScore), uniform \(settings.samplerUniformPercent) %, \
        steps \(maxSteps(settings)), \(settings.engine.rawValue)
        """
    }

    private static func maxSteps(_ settings: Settings) -> Int {
        min(manySteps, settings.agentLoopGenerationThreshold)
    }

    private var isFirst: Bool { memory.patterns.isEmpty }

    package mutating func run(_ ask: Ask) async throws(QueryFailure) -> SamplerOutcome {
        take(totals: try await ask(queries.totals()))
        if isFirst, !queries.isGrouped, let rows = try await ask.ifPossible(queries.history()) { learn(rows) }
        let since = outcome.startsAnew ? nil : memory.readUntil
        var place: SampleQueries.Place?
        repeat {
            let rows = try await ask(queries.traces(changedAfter: since, after: place))
            place = queries.isGrouped ? takeGroups(rows) : takePage(rows, isByChange: since != nil)
        } while place != nil
        var failed = failedTraces[...]
        while !failed.isEmpty {
            let rows = try await ask(queries.traces(named: Array(failed.prefix(SampleQueries.idBatch))))
            failed = failed.dropFirst(SampleQueries.idBatch)
            for digest in digests(of: rows) { score(digest) }
        }
        return finish()
    }

    private mutating func take(totals rows: RowSet) {
        guard let row = rows.records.first else { return }
        outcome.total = row["traces"].integer ?? 0
        let cost = row["cost"].real ?? 0
        outcome.meanCost = outcome.total > 0 && cost.isFinite ? cost / Double(outcome.total) : 0
        // What changes while the pages are read is read again in the next cycle.
        if outcome.total > 0, let changed = row["changed_at"].instant {
            outcome.readUntil = max(changed, outcome.readUntil ?? changed)
        }
    }

    /// Patterns of the week before are known.
    private mutating func learn(_ rows: RowSet) {
        for row in rows.records {
            guard let first = row["first_seen"].instant, let last = row["last_seen"].instant else { continue }
            note(StepNames.read(row["step_names"]), from: first, to: last, opener: nil)
        }
    }

    // MARK: pages

    /// - Returns: where the next page begins; nil after the last one.
    private mutating func takePage(_ rows: RowSet, isByChange: Bool) -> SampleQueries.Place? {
        for digest in digests(of: rows) { score(digest) }
        guard rows.count >= SampleQueries.page, let last = rows.records.last,
            let time = last[isByChange ? "changed_at" : "last_at"].instant, let id = last["trace_id"].text
        else { return nil }
        return SampleQueries.Place(time: time, trace: id)
    }

    /// The same for rows of a trace, type and name.
    private mutating func takeGroups(_ rows: RowSet) -> SampleQueries.Place? {
        var digests = digests(of: rows)
        let isFull = rows.count >= SampleQueries.groupPage
        // The last trace may continue; one that fills a page alone is taken as it is.
        if isFull, digests.count > 1 { digests.removeLast() }
        for digest in digests { score(digest) }
        if !isFull { outcome.readUntil = now }
        return isFull ? digests.last.map { SampleQueries.Place(time: now, trace: $0.id) } : nil
    }

    /// Rows of one trace follow each other.
    private func digests(of rows: RowSet) -> [TraceDigest] {
        var digests: [TraceDigest] = []
        for digest in rows.records.compactMap(TraceDigest.init) {
            if digests.last?.id == digest.id {
                digests[digests.count - 1].add(digest)
            } else {
                digests.append(digest)
            }
        }
        return digests
    }

    /// Traces with failed outputs that are not kept for that yet and did not change.
    private var failedTraces: [String] {
        let known = outcome.startsAnew ? [] : memory.keptAsFailed
        return Array(memory.failing.subtracting(known).subtracting(scoredFailing).sorted().prefix(Self.maxFailed))
    }

    // MARK: scores

    private mutating func score(_ digest: TraceDigest) {
        outcome.scored += 1
        if memory.failing.contains(digest.id) { scoredFailing.insert(digest.id) }
        let pattern = digest.names.isEmpty ? nil : Fingerprint(labels: digest.names.sorted()).text
        guard let pattern, !isFirst else {
            if pattern != nil { note(digest.names, from: digest.firstAt, to: digest.lastAt, opener: nil) }
            return settle(digest, isNovel: false)
        }
        if let known = memory.patterns[pattern], known.lastSeen >= digest.firstAt - SampleQueries.memory {
            note(digest.names, from: digest.firstAt, to: digest.lastAt, opener: known.opener)
            return settle(digest, isNovel: known.opener == digest.id)
        }
        openings[pattern, default: []].append(digest)
    }

    private mutating func settle(_ digest: TraceDigest, isNovel: Bool) {
        var reasons = digest.reasons(
            meanCost: outcome.meanCost, maxSteps: Self.maxSteps(settings),
            isFailing: memory.failing.contains(digest.id), percent: settings.samplerUniformPercent)
        if isNovel { reasons.append(.novelPattern) }
        let trace = SampledTrace(id: digest.id, lastAt: digest.lastAt, reasons: reasons.sorted())
        if trace.score >= settings.samplerKeepScore || reasons.contains(.uniform) {
            outcome.kept.append(trace)
        } else if memory.kept.contains(digest.id) {
            outcome.dropped.insert(digest.id)
        }
    }

    /// Records a sighting that is new or an hour later than the known one.
    private mutating func note(_ names: Set<String>, from first: Instant, to last: Instant, opener: String?) {
        guard !names.isEmpty else { return }
        let steps = names.sorted()
        let key = Fingerprint(labels: steps).text
        let known = outcome.patterns[key]?.sighting ?? memory.patterns[key]
        if let known, known.opener == opener, known.firstSeen <= first, last < known.lastSeen + .hours(1) { return }
        outcome.patterns[key] = StepPattern(
            steps: Array(steps.prefix(StepNames.maxShown)),
            sighting: PatternSighting(
                firstSeen: min(first, known?.firstSeen ?? first), lastSeen: max(last, known?.lastSeen ?? last),
                opener: opener))
    }

    private mutating func finish() -> SamplerOutcome {
        for (_, digests) in openings.sorted(by: { $0.key < $1.key }) {
            let sorted = digests.sorted { ($0.firstAt, $0.id) < ($1.firstAt, $1.id) }
            for digest in sorted {
                note(digest.names, from: digest.firstAt, to: digest.lastAt, opener: sorted[0].id)
                settle(digest, isNovel: digest.id == sorted[0].id)
            }
        }
        outcome.kept.sort { ($0.lastAt, $0.id) < ($1.lastAt, $1.id) }
        // A trace that was read twice is kept if either reading kept it.
        outcome.dropped.subtract(outcome.kept.map(\.id))
        return outcome
    }
}
