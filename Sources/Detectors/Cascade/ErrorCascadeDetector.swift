package import Basics
package import OnCallModel

/// Opens when a Sentry issue is new or rises against its own past, generations rise in the same time, and those that are its
/// own cost more than the threshold; a page needs more than the same time: a trace, release or environment of both.
///
/// Generations are read only when an issue rises, and events only when generations rise with it.
package struct ErrorCascadeDetector: DetectorMachine {
    package let type = DetectionType.errorCascade
    package let needs: Set = ["langfuse", "sentry"]

    private enum State {
        case idle, readingIssues, readingCells, readingDayBefore, readingEvents, readingTraces, done
    }

    private var state = State.idle
    private var context = DetectorContext(now: Instant(milliseconds: 0), settings: Settings())
    private var statement = ""
    private var seen = 0
    /// Those that rise; all of them take part in the partition.
    private var issues: [CascadeIssue] = []
    /// The positions of those that may be a cascade, the dearest first; the first one's events were asked for.
    private var suspects: [Int] = []
    private var asked = 0
    private var cells = GenerationCells()
    private var skipped: [String] = []

    /// One call each.
    static let mostSuspects = 5

    package init() {}

    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        self.context = context
        state = .readingIssues
        let query = CascadeQueries.issues(now: context.now)
        statement = query.sql
        return .query(query)
    }

    package mutating func receive(_ rows: RowSet) -> DetectorStep {
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .readingIssues: return takeIssues(rows)
        case .readingCells: return takeCells(rows)
        case .readingDayBefore: return takeDayBefore(rows)
        case .readingEvents:
            issues[suspects[asked]].take(rows)
            asked += 1
            return askForEvents()
        case .readingTraces: return finish(judged(with: rows))
        }
    }

    private mutating func takeIssues(_ rows: RowSet) -> DetectorStep {
        seen = rows.count
        for row in rows.records {
            switch CascadeIssue.read(row, now: context.now) {
            case .rises(let issue): issues.append(issue)
            case .calm: break
            case .unreadable(let sentence): skipped.append(sentence)
            }
        }
        guard let start = issues.map({ $0.start - $0.length }).min(), let end = issues.map(\.end).max() else {
            return finish([])
        }
        state = .readingCells
        statement = CascadeQueries.cells(from: start, to: end).sql
        return .query(CascadeQueries.cells(from: start, to: min(end, context.now)))
    }

    private mutating func takeCells(_ rows: RowSet) -> DetectorStep {
        cells = GenerationCells(rows)
        if cells.rejected > 0 { skipped.append("\(cells.rejected) sums of generations could not be read.") }
        if cells.rejectedCosts > 0 {
            skipped.append(
                "\(cells.rejectedCosts) generations with a cost that is no amount were counted without it.")
        }
        suspects = issues.indices.filter {
            !cells.risingEnvironments(of: issues[$0]).isEmpty
                && cells.cost(during: issues[$0]) > context.settings.errorCascadeThreshold
        }
        guard let start = suspects.map({ issues[$0].start }).min(), let end = suspects.map({ issues[$0].end }).max()
        else { return finish([]) }
        state = .readingDayBefore
        return .query(CascadeQueries.dayBefore(from: start, to: end))
    }

    private mutating func takeDayBefore(_ rows: RowSet) -> DetectorStep {
        for row in rows.records {
            guard let hour = row["hour"].instant, let calls = row["calls"].real, calls.isFinite, calls >= 0 else {
                continue
            }
            cells.dayBefore[hour] = calls
        }
        suspects.removeAll { position in
            let rise = cells.rise(of: issues[position])
            // What rises in one environment alone has no day of its own to be held against.
            guard rise.isReal, let expected = cells.expectedByDay(for: issues[position]) else { return false }
            return Double(rise.now) < GenerationCells.leastRatio * expected
        }
        suspects.sort {
            let (left, right) = (issues[$0], issues[$1])
            return (cells.cost(during: left), left.eventsPerMinute, right.id)
                > (cells.cost(during: right), right.eventsPerMinute, left.id)
        }
        return askForEvents()
    }

    private mutating func askForEvents() -> DetectorStep {
        if asked < min(suspects.count, Self.mostSuspects) {
            state = .readingEvents
            return .query(CascadeQueries.events(of: issues[suspects[asked]]))
        }
        let known = suspects.map { issues[$0] }.filter { !$0.traces.isEmpty }
        guard let start = known.map(\.start).min(), let end = known.map(\.end).max() else {
            return finish(judged(with: RowSet(columns: [])))
        }
        let traces = Set(known.flatMap(\.traces)).sorted().prefix(CascadeQueries.mostTraces)
        state = .readingTraces
        return .query(CascadeQueries.traced(Array(traces), from: start, to: min(end, context.now)))
    }

    private func judged(with traced: RowSet) -> [Finding] {
        let partition = CascadePartition(cells, issues, traced: traced)
        return suspects.compactMap { position in
            let issue = issues[position]
            return CascadeJudgement(
                issue, partition.shares[issue.id] ?? CascadeShare(), cells, settings: context.settings
            ).map {
                CascadeFinding.make(
                    $0, expectedByDay: cells.expectedByDay(for: issue), sql: statement, context: context)
            }
        }.sorted { ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject) }
    }

    private mutating func finish(_ findings: [Finding]) -> DetectorStep {
        let hasCells = state != .readingIssues
        state = .done
        let (state, message) = health(findings, hasCells: hasCells)
        return .report(
            DetectorReport(findings: findings, state: state, message: message, skipped: skipped))
    }

    private func health(_ findings: [Finding], hasCells: Bool) -> (DetectorHealth.State, String) {
        if seen == 0 { return (.noData, "Sentry has seen no issue in the last 24 hours.") }
        if hasCells, cells.cells.isEmpty { return (.noData, "No generations around \(issues.count) rising issues.") }
        let message = """
            \(seen) issues were seen in 24 hours; \(issues.count) of them rise, and \(findings.count) of those with cost.
            """
        guard !suspects.isEmpty, cells.dayBefore.isEmpty else { return (.ok, message) }
        return (.learning, "\(message) learning (the same hours of the day before are not known)")
    }
}
