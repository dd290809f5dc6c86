import Actions
import Basics
import Governance
import IncidentStore
import Narration
import OnCallModel
import Risk
import SourceEngine

/// Scores pull requests: those that people ask for, and with the setting `pr_risk_watch` those that are new or changed.
///
/// It works beside the handler of intents, because a score may take many calls and a kill must not wait for them. An intent is
/// answered when its work is done; one that was not is found again by the next agent.
actor RiskDesk {
    private let configuration: AgentConfiguration
    private let writer: StoreWriter
    private let settings: SettingsHandler
    private let outbox: Outbox
    private let wakeSignal: WakeSignal
    private var queue: [IntentRecord] = []
    private var taken: Set<Int64> = []
    private var nextWatch: Instant
    private var lastComplaint = ""

    /// Between two reads of the list of open pull requests.
    private static let interval = Span.minutes(5)
    /// A pull request that did not change for so long is neither new nor updated.
    private static let recent = Span.hours(24)

    private var clock: WallClock { configuration.clock }

    init(_ configuration: AgentConfiguration, _ writer: StoreWriter, _ settings: SettingsHandler, _ outbox: Outbox) {
        (self.configuration, self.writer, self.settings, self.outbox) = (configuration, writer, settings, outbox)
        wakeSignal = WakeSignal(clock: configuration.clock)
        nextWatch = configuration.clock.now()
    }

    /// Whether an intent is answered here, later.
    func takes(_ record: IntentRecord) async -> Bool {
        switch record.intent {
        case .scorePull, .backfillRisk: break
        default: return false
        }
        if taken.insert(record.id).inserted {
            queue.append(record)
            await wakeSignal.send()
        }
        return true
    }

    func run() async throws {
        while !Task.isCancelled {
            try await drain()
            if clock.now() >= nextWatch {
                nextWatch = clock.now() + Self.interval
                if await settings.settings.prRiskWatch { try await watch() }
                continue
            }
            await wakeSignal.wait(until: nextWatch)
        }
    }

    /// Answers what is asked.
    func drain() async throws {
        while !queue.isEmpty, !Task.isCancelled {
            let record = queue.removeFirst()
            let answer = try await answer(record)
            let now = clock.now()
            _ = try await writer.transaction { try $0.handle(intent: record.id, answer: answer, at: now) }
            await outbox.wake()
        }
    }

    private func answer(_ record: IntentRecord) async throws -> IntentAnswer {
        do {
            switch record.intent {
            case .scorePull(let number, let comments):
                let (risk, sentence) = try await score(number, writes: comments, limits: QueryLimits())
                return IntentAnswer("Pull request #\(number) has the risk score \(risk.score) of 100. \(sentence)")
            case .backfillRisk(let since): return try await backfill(since: since)
            default: return .refused("Unknown request.")
            }
        } catch let failure as RiskFailure {
            return .refused(failure.description)
        }
    }

    private func backfill(since moment: Instant) async throws -> IntentAnswer {
        var limits = QueryLimits.learning
        limits.time = .minutes(30)
        let history = RiskHistory(
            sources: try RiskSources(engine: configuration.engine, scope: configuration.scope, limits: limits),
            writer: writer)
        let result = try await history.backfill(since: moment, now: clock.now())
        let left = result.left > 0 ? " \(result.left) older changes were left out." : ""
        let days = await settings.settings.retentionDays
        let isCut = moment < clock.now() - .days(Double(days))
        let cut =
            isCut ? ["Commits older than \(days) days are not in the mirror: raise retention_days to read them."] : []
        let notes = (result.notes + cut).map { " " + $0 }.joined()
        let sentence =
            "Read \(result.added) new changes, and measured what followed \(result.measured).\(left)\(notes)"
        guard result.gaps.isEmpty else { return .refused("\(sentence) \(result.gaps.joined(separator: " "))") }
        return IntentAnswer(sentence)
    }

    // MARK: scores

    /// Scores a pull request, saves the score, and puts what it leads to into the outbox or the queue of requests.
    ///
    /// - Throws: ``RiskFailure`` if it could not be read; then nothing is saved.
    private func score(_ number: Int, writes: Bool, limits: QueryLimits) async throws -> (PullRisk, String) {
        let sources = try RiskSources(engine: configuration.engine, scope: configuration.scope, limits: limits)
        let reading = try await sources.pull(number)
        let update = try await RiskHistory(sources: sources, writer: writer).update(now: clock.now())
        let (now, settings) = (clock.now(), await settings.settings)
        let history = try await writer.read { try $0.changes() }
        var risk = PullAssessment.risk(of: reading, in: history, now: now)
        risk.gaps += update.gaps
        risk.notes += update.notes
        risk = PullRiskText.complete(risk, threshold: settings.prRiskThreshold)
        risk.paragraph = await explained(risk, settings)
        let sentence = try await save(risk, settings, writes: writes)
        await outbox.wake()
        return (risk, sentence)
    }

    /// The paragraph of a model, that of the last score if nothing has changed since, else Sentinel's own. A partial score is
    /// not explained.
    private func explained(_ risk: PullRisk, _ settings: Settings) async -> String {
        guard risk.gaps.isEmpty, configuration.narrator != nil else { return risk.paragraph }
        if let last = try? await writer.read({ try $0.pullRisk(risk.target.number) }), last.facts == risk.facts {
            return last.paragraph
        }
        let job = NarrationJob(
            .pullRequest, facts: risk.facts, foreignMembers: ["title"], redaction: configuration.redaction)
        let stage = NarrationStage(configuration, writer: writer, settings: settings)
        return await stage.paragraph(job, about: Int64(risk.target.number)) ?? risk.paragraph
    }

    private func save(_ risk: PullRisk, _ settings: Settings, writes: Bool) async throws -> String {
        let (gate, now, threshold) = (configuration.gate(settings), clock.now(), settings.prRiskThreshold)
        let texts = PullTexts(
            comment: PullRiskText.comment(risk, threshold: threshold),
            review: PullRiskText.review(risk, threshold: threshold),
            dismissal: PullRiskText.dismissal(risk, threshold: threshold))
        return try await writer.transaction { [runner = configuration.runner] store in
            try store.save(risk)
            guard writes else { return "Nothing is written on GitHub." }
            let decision = gate.route(
                risk, texts, threshold: threshold, isAutomatic: settings.prReviewAuto,
                in: try store.snapshot.standing(of: risk.target), now: now)
            if let withdrawn = decision.withdrawn {
                try store.withdraw(withdrawn.item, because: withdrawn.reason, at: now)
            }
            for act in decision.acts { try store.enqueue(act, at: now) }
            guard let request = decision.request else { return decision.sentence }
            let context = try store.snapshot.context(
                of: request.action, incident: nil, attemptedAt: now, policy: gate.policy)
            let item = try store.openRequest(request, dryRun: runner.dryRun(request.action, context: context))
            return "\(decision.sentence) Approve it with `sentinel approvals approve \(item.id)`."
        }
    }

    // MARK: watch

    /// Scores the open pull requests that have a commit which was not scored. What people ask for comes first.
    private func watch() async throws {
        do {
            let sources = try RiskSources(
                engine: configuration.engine, scope: configuration.scope, limits: .routine)
            let open = try await sources.openPulls(changedSince: clock.now() - Self.recent)
            let scored = try await writer.read { [name = sources.name] in try $0.scoredHeads(name) }
            for (number, head) in open where scored[number]?.contains(head) != true {
                try await drain()
                if Task.isCancelled { return }
                _ = try await score(number, writes: true, limits: .routine)
            }
            lastComplaint = ""
        } catch let failure as RiskFailure {
            if failure.description != lastComplaint { configuration.report("Pull requests are not scored: \(failure)") }
            lastComplaint = failure.description
        }
    }
}
