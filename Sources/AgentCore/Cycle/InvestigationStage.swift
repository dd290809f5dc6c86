import Basics
import Investigation
import OnCallModel
import SourceEngine

/// Runs the statements of an investigation until it has a case file, within time limits: a slow source delays neither the
/// other investigations nor the end of its own.
struct InvestigationStage: Sendable {
    let engine: SourceEngine
    let scope: InvestigationScope
    let desk: InvestigationDesk

    func investigate(
        _ finding: Finding, companions: [IncidentFinding], alerts: [OutsideAlert], now: Instant
    ) async -> CaseFile {
        await desk.inTurn {
            let end = ContinuousClock.now + InvestigationDesk.limit.duration
            var investigation = Investigation(finding, companions: companions, alerts: alerts, scope: scope, now: now)
            var step = investigation.start()
            while true {
                switch step {
                case .done(let file): return file
                case .queries(let queries):
                    step = investigation.receive(await answers(to: queries, until: end))
                }
            }
        }
    }

    /// Runs the statements of one round in parallel. The answers have the order of the queries.
    private func answers(
        to queries: [InvestigationQuery], until end: ContinuousClock.Instant
    ) async -> [InvestigationAnswer] {
        let rest = Span.milliseconds(Int64((end - .now) / .milliseconds(1)))
        guard rest > .milliseconds(0) else {
            let sentence = "The investigation ended after \(Int(InvestigationDesk.limit.seconds)) s with what it had."
            return queries.map { _ in .failed(sentence) }
        }
        let limit = min(rest, InvestigationDesk.roundLimit)
        return await withTaskGroup(of: (Int, InvestigationAnswer).self) { group in
            for (position, query) in queries.enumerated() {
                group.addTask { (position, await answer(to: query, within: limit)) }
            }
            var answers = [InvestigationAnswer?](repeating: nil, count: queries.count)
            for await (position, answer) in group { answers[position] = answer }
            return answers.map { $0 ?? .failed("The statement was not run.") }
        }
    }

    private func answer(to query: InvestigationQuery, within limit: Span) async -> InvestigationAnswer {
        let source = query.step.source
        let time = await desk.isSlow(source) ? min(limit, InvestigationDesk.shortLimit) : limit
        let began = ContinuousClock.now
        let answer = await answer(to: query, limits: QueryLimits(time: time, maxWait: time))
        if ContinuousClock.now - began >= min(time, InvestigationDesk.slow).duration { await desk.noteSlow(source) }
        return answer
    }

    private func answer(to query: InvestigationQuery, limits: QueryLimits) async -> InvestigationAnswer {
        do {
            let result = try await engine.query(
                query.sql, query.parameters, freshness: .upTo(.minutes(5)), limits: limits)
            if query.isOptional, result.sources.contains(where: { $0.state == .notConfigured }) { return .absent }
            return .rows(result.rows, isPartial: result.isPartial)
        } catch  where query.isOptional && [.notConfigured, .unknownTable].contains(error.kind) {
            return .absent
        } catch {
            return .failed("\(error)")
        }
    }
}

extension InvestigationStep {
    fileprivate var source: String {
        switch self {
        case .hours, .prompts, .shares, .names, .costliest, .trace: "langfuse"
        case .errors, .events: "sentry"
        case .commits, .files, .deploys: "github"
        case .releases(let source): source
        case .messages: "slack"
        case .monitors: "datadog"
        case .pages: "pagerduty"
        }
    }
}
