package import Basics
package import OnCallModel

/// Scores the traces of the last 24 hours and keeps those that are worth reading in full: a machine that asks for rows,
/// as a detector does, and ends with what its memory becomes.
///
/// A trace is scored when it is new or has changed, so a cycle costs what is new. What it scores is the seed's sum; the
/// uniform draw is by the hash of the id, so that rates over it, weighted by its inverse probability, are unbiased.
package struct TraceSampler: Sendable {
    package enum Step: Hashable, Sendable {
        case query(DetectorQuery)
        case done(SamplerOutcome)
    }

    private enum State { case idle, counting, learning, reading, readingFailed, done }

    private let memory: SamplerMemory
    private let settings: Settings
    private let queries: SampleQueries
    private let now: Instant
    private var state = State.idle
    private var outcome = SamplerOutcome()
    /// Where the reading of pages stands.
    private var place: SampleQueries.Place?
    /// Traces whose outputs failed and that are still to be looked up; those that were scored anyway.
    private var failed: [String] = []
    private var seenFailed: Set<String> = []
    /// Traces with a pattern that was not known before this cycle: the earliest opens it.
    private var openings: [String: [TraceDigest]] = [:]

    /// Failed traces that are looked up in one cycle beside those that changed.
    private static let mostFailed = 500
    /// More steps than this are many; where the loop detector looks at shorter traces, so does the sampler.
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
        steps \(mostSteps(settings)), \(settings.engine.rawValue)
        """
    }

    private static func mostSteps(_ settings: Settings) -> Int {
        min(manySteps, settings.agentLoopGenerationThreshold)
    }

    private var isFirst: Bool { memory.patterns.isEmpty }
    private var since: Instant? { outcome.startsAnew ? nil : memory.readUntil }

    package mutating func start() -> Step {
        state = .counting
        return .query(queries.totals())
    }

    package mutating func receive(_ rows: RowSet) -> Step {
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .counting:
            take(totals: rows)
            state = isFirst && !queries.isAddedUpThere ? .learning : .reading
            return .query(
                state == .learning ? queries.history() : queries.traces(changedAfter: since, after: nil))
        case .learning:
            learn(rows)
            state = .reading
            return .query(queries.traces(changedAfter: since, after: nil))
        case .reading:
            if takePage(rows) { return .query(queries.traces(changedAfter: since, after: place)) }
            state = .readingFailed
            prepareFailed()
        case .readingFailed:
            for digest in digests(of: rows) { score(digest) }
        }
        guard failed.isEmpty else {
            let batch = Array(failed.prefix(SampleQueries.idBatch))
            failed.removeFirst(batch.count)
            return .query(queries.traces(named: batch))
        }
        return .done(finish())
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

    /// What the week before had is known and not new.
    private mutating func learn(_ rows: RowSet) {
        for row in rows.records {
            guard let first = row["first_seen"].instant, let last = row["last_seen"].instant else { continue }
            note(StepNames.read(row["step_names"]), from: first, to: last, opener: nil)
        }
    }

    // MARK: pages

    /// True when there may be more.
    private mutating func takePage(_ rows: RowSet) -> Bool {
        var digests = digests(of: rows)
        if queries.isAddedUpThere {
            let isFull = rows.count >= SampleQueries.groupPage
            // The last trace may go on; one that fills a page alone is taken as it is.
            if isFull, digests.count > 1 { digests.removeLast() }
            for digest in digests { score(digest) }
            if let last = digests.last { place = .init(time: now, trace: last.id) }
            if !isFull { outcome.readUntil = now }
            return isFull && !digests.isEmpty
        }
        for digest in digests { score(digest) }
        let column = since == nil ? "last_at" : "changed_at"
        guard let last = rows.records.last, let time = last[column].instant, let id = last["trace_id"].text else {
            return false
        }
        place = .init(time: time, trace: id)
        return rows.count >= SampleQueries.page
    }

    /// Rows of one trace stand together.
    private func digests(of rows: RowSet) -> [TraceDigest] {
        var digests: [TraceDigest] = []
        for row in rows.records {
            guard let digest = TraceDigest(row) else { continue }
            if digests.last?.id == digest.id {
                digests[digests.count - 1].add(digest)
            } else {
                digests.append(digest)
            }
        }
        return digests
    }

    private mutating func prepareFailed() {
        let known = outcome.startsAnew ? [] : memory.keptAsFailed
        failed = Array(memory.failing.subtracting(known).subtracting(seenFailed).sorted().prefix(Self.mostFailed))
    }

    // MARK: scores

    private mutating func score(_ digest: TraceDigest) {
        outcome.scored += 1
        if memory.failing.contains(digest.id) { seenFailed.insert(digest.id) }
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
            meanCost: outcome.meanCost, mostSteps: Self.mostSteps(settings),
            isFailing: memory.failing.contains(digest.id), percent: settings.samplerUniformPercent)
        if isNovel { reasons.append(.novelPattern) }
        let trace = SampledTrace(id: digest.id, lastAt: digest.lastAt, reasons: reasons.sorted())
        if trace.score >= settings.samplerKeepScore || reasons.contains(.uniform) {
            outcome.kept.append(trace)
        } else if memory.kept.contains(digest.id) {
            outcome.dropped.insert(digest.id)
        }
    }

    /// Notes a sighting, where it is new or an hour younger than what is known.
    private mutating func note(_ names: Set<String>, from first: Instant, to last: Instant, opener: String?) {
        guard !names.isEmpty else { return }
        let steps = names.sorted()
        let key = Fingerprint(labels: steps).text
        let known = outcome.patterns[key]?.sighting ?? memory.patterns[key]
        if let known, known.opener == opener, known.firstSeen <= first, last < known.lastSeen + .hours(1) { return }
        outcome.patterns[key] = StepPattern(
            steps: Array(steps.prefix(StepNames.mostShown)),
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
        state = .done
        outcome.kept.sort { ($0.lastAt, $0.id) < ($1.lastAt, $1.id) }
        // Where the trace is drawn out of two readings, the later one stands.
        outcome.dropped.subtract(outcome.kept.map(\.id))
        return outcome
    }
}
