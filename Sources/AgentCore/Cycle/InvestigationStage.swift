import Basics
import Investigation
import OnCallModel
import SourceEngine

/// Carries out the statements of an investigation and hands the answers back, until there is a case file.
struct InvestigationStage: Sendable {
    let engine: SourceEngine
    let scope: InvestigationScope

    func investigate(_ finding: Finding, companions: [IncidentFinding], now: Instant) async -> CaseFile {
        var investigation = Investigation(finding, companions: companions, scope: scope, now: now)
        var step = investigation.start()
        while true {
            switch step {
            case .done(let file): return file
            case .queries(let queries): step = investigation.receive(await answers(to: queries))
            }
        }
    }

    /// The statements of one round run side by side; the answers stand in their order.
    private func answers(to queries: [InvestigationQuery]) async -> [InvestigationAnswer] {
        await withTaskGroup(of: (Int, InvestigationAnswer).self) { group in
            for (position, query) in queries.enumerated() {
                group.addTask { (position, await answer(to: query)) }
            }
            var answers = [InvestigationAnswer?](repeating: nil, count: queries.count)
            for await (position, answer) in group { answers[position] = answer }
            return answers.map { $0 ?? .failed("The statement was not run.") }
        }
    }

    private func answer(to query: InvestigationQuery) async -> InvestigationAnswer {
        do {
            let result = try await engine.query(
                query.sql, query.parameters, freshness: .upTo(.minutes(5)), limits: .unattended)
            if query.isOptional, result.sources.contains(where: { $0.state == .notConfigured }) { return .absent }
            return .rows(result.rows, isPartial: result.isPartial)
        } catch  where query.isOptional && [.notConfigured, .unknownTable].contains(error.kind) {
            return .absent
        } catch {
            return .failed("\(error)")
        }
    }
}
