import Basics
import Investigation
import OnCallModel

/// Asks a language model with the rules, the facts and the token limit. Returns its text and its name.
///
/// - Throws: an error whose description says in one sentence why there is no answer.
package typealias Narrator =
    @Sendable (_ system: String, _ user: String, _ maxTokens: Int) async throws -> (text: String, model: String)

/// Writes the report of an incident: from a template at once, and by a model if it answers in time and states only facts of
/// the case.
struct NarrationStage: Sendable {
    let narrator: Narrator?
    let redaction: Redaction

    /// The report from the template.
    func template(_ file: CaseFile, suspects: [Suspect]) -> Narrative {
        ReportTemplate.report(
            of: file, suspects: suspects, reason: narrator == nil ? "no language model is configured" : "")
    }

    /// A model's report; nil when no model is configured. On failure the template, with the reason.
    func narrate(_ file: CaseFile, suspects: [Suspect]) async -> Narrative? {
        guard let narrator else { return nil }
        let prompt = NarrationPrompt(file, suspects: suspects, redaction: redaction)
        do {
            let answer = try await Self.limited {
                try await narrator(prompt.system, prompt.user, NarrationPrompt.maxTokens)
            }
            switch prompt.check(answer.text, model: answer.model, redaction: redaction) {
            case .accepted(let narrative): return narrative
            case .rejected(let reason):
                return ReportTemplate.report(
                    of: file, suspects: suspects, reason: "the answer of \(answer.model) was rejected: \(reason)")
            }
        } catch {
            return ReportTemplate.report(of: file, suspects: suspects, reason: "\(error)")
        }
    }

    /// A model that takes longer is not waited for.
    private static let limit = Span.seconds(30)

    private static func limited<Answer: Sendable>(
        _ answer: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await answer() }
            group.addTask {
                try await Task.sleep(for: limit.duration)
                throw SlowModel()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw SlowModel() }
            return first
        }
    }

    private struct SlowModel: Error, CustomStringConvertible {
        let description = "the language model did not answer within \(Int(limit.seconds)) s"
    }
}
