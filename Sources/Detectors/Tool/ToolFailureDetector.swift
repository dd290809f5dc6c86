package import Basics
package import OnCallModel

/// Opens when a tool's latest outputs fail without saying so: by schema (A), by an error in Sentry that follows (B) or by
/// length (C), each held against the tool's own past.
///
/// The mirror says which tools were called; their outputs are read a bounded number of calls a turn, the newest first. What
/// is known of each tool is kept from turn to turn and never learnt from outputs that fail.
package struct ToolFailureDetector: DetectorMachine {
    package typealias Memory = ToolProfile

    package let type = DetectionType.toolFailure

    private enum State {
        case idle, readingCalls, readingHours, readingOutputs, readingIssues, readingEvents, readingFirstCalls,
            readingTraces, readingNamed, readingMoments, readingOpenly, readingCosts, done
    }

    private var state = State.idle
    private var context = DetectorContext(now: Instant(milliseconds: 0), settings: Settings())
    private var statement = ""
    private var tools: [ToolCalls] = []
    private var round = ToolRound([], DetectorContext(now: Instant(milliseconds: 0), settings: Settings()))
    private var reading: ToolRound.Read?
    private var outputs: [String: [ToolOutput]] = [:]
    private var judged: [(tool: String, judgement: ToolJudgement)] = []
    private var issues: [CascadeIssue] = []
    private var events: [(trace: String, at: Instant)] = []
    private var firstCalls = RowSet(columns: [])
    private var traces = RowSet(columns: [])
    /// What each issue says of itself, and the tools that the first one names with the traces that called them.
    private var words: [String: String] = [:]
    private var named: [String: Set<String>] = [:]
    private var correlations: [ToolCorrelation] = []
    private var openFailures: [ToolOpenFailures] = []
    private var skipped: [String] = []
    private var mended: [String: (count: Int, id: String)] = [:]

    /// One call to Sentry each.
    private static let routineIssues = 1
    private static let thoroughIssues = 5

    package init() {}

    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        self.context = context
        state = .readingCalls
        let window =
            context.effort == .thorough ? ToolQueries.thoroughWindow : ToolQueries.routineWindow
        return .query(ToolQueries.calls(now: context.now, within: window))
    }

    package mutating func receive(_ rows: RowSet) -> DetectorStep {
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .readingCalls: return takeCalls(rows)
        case .readingHours: return beginRound(rows)
        case .readingOutputs: return takeOutputs(rows)
        case .readingIssues: return takeIssues(rows)
        case .readingEvents: return takeEvents(rows)
        case .readingFirstCalls:
            firstCalls = rows
            state = .readingTraces
            return .query(ToolQueries.traces(eventTraces, from: eventSpan.from, to: eventSpan.to))
        case .readingTraces:
            return takeTraces(rows)
        case .readingNamed:
            takeNamed(rows)
            return askForEvents()
        case .readingMoments:
            correlations += ToolCorrelation.byTime(
                issues.removeFirst(), events: events.map(\.at), moments: rows, from: eventSpan.from, to: eventSpan.to)
            return askForEvents()
        case .readingOpenly:
            openFailures = ToolOpenFailures.all(in: rows)
            return askForCosts()
        case .readingCosts: return finish(costs: rows)
        }
    }

    // MARK: outputs

    private mutating func takeCalls(_ rows: RowSet) -> DetectorStep {
        // One name under two types is one tool: the busier type is read.
        var byName: [String: ToolCalls] = [:]
        for tool in rows.records.compactMap(ToolCalls.init) where tool.calls > byName[tool.name]?.calls ?? 0 {
            byName[tool.name] = tool
        }
        tools = byName.values.sorted { $0.name < $1.name }
        round = ToolRound(tools, context)
        let never = round.never.map(\.name)
        guard !never.isEmpty else { return beginRound(RowSet(columns: [])) }
        state = .readingHours
        return .query(ToolQueries.hours(of: never, now: context.now))
    }

    private mutating func beginRound(_ hours: RowSet) -> DetectorStep {
        round.begin(hours)
        return askForOutputs()
    }

    private mutating func askForOutputs() -> DetectorStep {
        guard let next = round.next() else { return judge() }
        (state, reading) = (.readingOutputs, next)
        let query = round.query(next)
        if statement.isEmpty { statement = query.sql }
        return .query(query)
    }

    private mutating func takeOutputs(_ rows: RowSet) -> DetectorStep {
        let known = Set(tools.map(\.name)).union(context.openSubjects[type] ?? [])
        var seen: [String: [ToolOutput]] = [:]
        for row in rows.records where known.contains(row["name"].text ?? "") {
            guard ["TOOL", "RETRIEVER", "SPAN"].contains(row["type"].text ?? "") else { continue }
            switch ToolOutput.read(row) {
            case .output(let output):
                seen[output.tool, default: []].append(output)
                if output.isMended {
                    mended[output.tool, default: (0, output.id)].count += 1
                }
            case .passed: break
            case .unreadable(let sentence): skipped.append(sentence)
            }
        }
        switch reading {
        case .page:
            for (name, rows) in seen.sorted(by: { $0.key < $1.key }) where isSuspicious(name, rows) {
                round.suspect(name)
            }
        case .first(let tool): round.saw(rows, seen[tool.name] ?? [], ofFirst: tool)
        case .latest, .history, nil: break
        }
        outputs.merge(seen) { earlier, later in
            let ids = Set(earlier.map(\.id))
            return earlier + later.filter { !ids.contains($0.id) }
        }
        return askForOutputs()
    }

    /// A few outputs of a page are enough to see that some fail, and not enough to judge by.
    private func isSuspicious(_ name: String, _ rows: [ToolOutput]) -> Bool {
        guard rows.count < ToolQueries.latest, let past = context.tools[name], past.outputs >= ToolProfile.leastPast
        else { return false }
        let rows = rows.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        return ToolSign.all(in: rows, from: 0, against: past).contains(where: \.isSuspicious)
    }

    private mutating func judge() -> DetectorStep {
        for (tool, rows) in outputs.sorted(by: { $0.key < $1.key }) {
            let past = context.tools[tool] ?? ToolProfile(tool: tool, learnedAt: context.now)
            judged.append((tool, ToolJudgement(rows, past: past, now: context.now)))
        }
        for (tool, note) in mended.sorted(by: { $0.key < $1.key }) {
            skipped.append(
                "\(note.count) outputs of \(tool), \(note.id) among them, hold NaN or Infinity, which were read as null."
            )
        }
        guard !tools.isEmpty, context.settings.toolRequiresContrast else { return finish(costs: RowSet(columns: [])) }
        state = .readingIssues
        return .query(ToolQueries.issues(now: context.now))
    }

    // MARK: errors that follow

    private mutating func takeIssues(_ rows: RowSet) -> DetectorStep {
        let rising = rows.records.compactMap { row -> CascadeIssue? in
            if case .rises(let issue) = CascadeIssue.read(row, now: context.now) { issue } else { nil }
        }
        for row in rows.records {
            guard let id = row["id"].text else { continue }
            words[id] = "\(row["title"].text ?? "") \(row["culprit"].text ?? "")"
        }
        let most = context.effort == .thorough ? Self.thoroughIssues : Self.routineIssues
        // One that names a tool says more than one with many events.
        let naming = rising.filter { issue in
            tools.contains { ToolCorrelation.isNamed($0.name, in: words[issue.id] ?? "") }
        }.map(\.id)
        issues = Array(
            rising.sorted { left, right in
                let names = (naming.contains(left.id), naming.contains(right.id))
                return names.0 == names.1 ? (right.events, left.id) < (left.events, right.id) : names.0
            }.prefix(most))
        return askForEvents()
    }

    private mutating func askForEvents() -> DetectorStep {
        guard let issue = issues.first else { return askForOpenFailures() }
        state = .readingEvents
        return .query(CascadeQueries.events(of: issue))
    }

    private mutating func takeEvents(_ rows: RowSet) -> DetectorStep {
        guard !issues.isEmpty else { return askForOpenFailures() }
        issues[0].take(rows)
        events = rows.records.compactMap { row in
            row["timestamp"].instant.map { (row["trace_id"].text ?? "", $0) }
        }
        guard !events.isEmpty else {
            issues.removeFirst()
            return askForEvents()
        }
        let traces = eventTraces
        state = traces.isEmpty ? .readingMoments : .readingFirstCalls
        return .query(
            traces.isEmpty
                ? ToolQueries.moments(from: eventSpan.from, to: eventSpan.to) : ToolQueries.firstCalls(of: traces))
    }

    private mutating func takeTraces(_ rows: RowSet) -> DetectorStep {
        guard let issue = issues.first else { return askForOpenFailures() }
        let before = ToolCorrelation.before(firstEvents, calls: firstCalls)
        correlations += ToolCorrelation.byTrace(issue, before: before, traces: rows)
        let text = words[issue.id] ?? ""
        named = before.filter { ToolCorrelation.isNamed($0.key, in: text) }
        guard issue.isNew, !named.isEmpty else {
            issues.removeFirst()
            return askForEvents()
        }
        (traces, state) = (rows, .readingNamed)
        return .query(ToolQueries.hours(of: named.keys.sorted(), now: issue.start))
    }

    private mutating func takeNamed(_ rows: RowSet) {
        let issue = issues.removeFirst()
        for (tool, before) in named {
            // The hour of the first error is neither before nor after.
            let past = rows.records.filter { row in
                row["name"].text == tool && row["hour"].instant.map { $0 + .hours(1) <= issue.start } ?? false
            }.reduce(0) { $0 + ($1["calls"].integer ?? 0) }
            let found = ToolCorrelation.byName(issue, tool: tool, before: before, traces: traces, past: past)
            if let found { correlations.append(found) }
        }
    }

    private var firstEvents: [String: Instant] {
        Dictionary(events.filter { !$0.trace.isEmpty }, uniquingKeysWith: min)
    }

    private var eventTraces: [String] { firstEvents.keys.sorted() }

    /// What the events cover, and what may have come before.
    private var eventSpan: (from: Instant, to: Instant) {
        let times = events.map(\.at)
        return ((times.min() ?? context.now) - .minutes(10), min(times.max() ?? context.now, context.now))
    }

    /// What fails openly is told without any output.
    private mutating func askForOpenFailures() -> DetectorStep {
        let suspects = tools.filter { $0.errors >= ToolSign.leastHits }.map(\.name).prefix(50)
        guard !suspects.isEmpty else { return askForCosts() }
        state = .readingOpenly
        return .query(ToolQueries.openly(Array(suspects), now: context.now))
    }

    // MARK: findings

    private mutating func askForCosts() -> DetectorStep {
        let traces = failing.flatMap { $0.failing.failures.map(\.trace) }.filter { !$0.isEmpty }
        guard !traces.isEmpty else { return finish(costs: RowSet(columns: [])) }
        state = .readingCosts
        return .query(ToolQueries.costs(of: Array(Set(traces).sorted().prefix(500))))
    }

    private var failing: [(tool: String, failing: ToolJudgement.Failing)] {
        judged.compactMap { tool, judgement in
            if case .failing(let failing) = judgement.verdict { (tool, failing) } else { nil }
        }
    }

    private mutating func finish(costs rows: RowSet) -> DetectorStep {
        state = .done
        var costs: [String: Double] = [:]
        for row in rows.records {
            guard let trace = row["trace_id"].text, let cost = row["cost"].real, cost.isFinite, cost >= 0 else {
                continue
            }
            costs[trace] = cost
        }
        guard context.settings.toolRequiresContrast else { return report(bareFindings) }
        let named = Dictionary(correlations.map { ($0.tool, $0) }) { $0.p <= $1.p ? $0 : $1 }
        var findings = failing.compactMap {
            ToolFinding.make($0.tool, $0.failing, correlation: named[$0.tool], costs: costs, sql: statement)
        }
        let told = Set(findings.map(\.subject))
        findings += named.values.filter { !told.contains($0.tool) }.map {
            ToolFinding.make($0, sql: CascadeQueries.events(of: $0.issue).sql)
        }
        let known = Set(findings.map(\.subject))
        findings += openFailures.filter { !known.contains($0.tool) }.compactMap {
            ToolFinding.make($0, sql: ToolQueries.openly([$0.tool], now: context.now).sql)
        }
        findings += judged.compactMap { tool, judgement in
            guard case .never(let kind, let count) = judgement.verdict, named[tool] == nil else { return nil }
            // A span that never carries an output is no tool.
            let rows = outputs[tool] ?? []
            guard kind == .error || rows.contains(where: { $0.type != "SPAN" }) else { return nil }
            return ToolFinding.never(tool, kind, of: count, rows, sql: statement)
        }
        return report(findings)
    }

    private var bareFindings: [Finding] {
        outputs.compactMap { tool, rows in
            let failures = ToolSeedRule.failing(rows, now: context.now)
            return ToolFinding.bare(tool, failures, of: rows.count, sql: statement)
        }
    }

    private func report(_ unordered: [Finding]) -> DetectorStep {
        let findings = unordered.sorted {
            ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject)
        }
        let (health, message) = health(findings)
        return .report(
            DetectorReport(
                findings: findings, state: health, message: message, tools: judged.map(\.judgement.profile),
                skipped: skipped))
    }

    private func health(_ findings: [Finding]) -> (DetectorHealth.State, String) {
        guard !tools.isEmpty || !judged.isEmpty else {
            // A project without tools is not blind; one whose tools have gone quiet may be.
            return context.tools.isEmpty
                ? (.ok, "No tool is called in this project.")
                : (.noData, "No tool was called lately, though \(context.tools.count) are known.")
        }
        let now = Dictionary(judged.map { ($0.tool, $0.judgement.profile) }) { $1 }
        let all = Set(tools.map(\.name)).union(now.keys)
        let learning = all.count { name in
            (now[name] ?? context.tools[name])?.outputs ?? 0 < ToolProfile.leastPast
        }
        let pages = findings.count { !$0.isNote }
        var message = """
            \(all.count) tools were called; the outputs of \(judged.count) were looked at, and \(pages) of them fail.
            """
        if learning > 0 { message += " learning (\(learning) of \(all.count) tools)" }
        if round.left > 0 { message += " \(round.left) wait for the next turn." }
        return (learning == all.count ? .learning : .ok, message)
    }
}
