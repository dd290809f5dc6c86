import Basics
import Investigation
import OnCallModel

/// Asks a language model: the rules, the facts, the most tokens. It answers with its text and its name.
///
/// - Throws: an error whose description says in one sentence why there is no answer.
package typealias Narrator =
    @Sendable (_ system: String, _ user: String, _ maximumTokens: Int) async throws -> (text: String, model: String)

/// Writes the report of an incident: Sentinel's own at once, a model's where one answers in time and says only what
/// the facts hold.
struct NarrationStage: Sendable {
    let narrator: Narrator?
    let redaction: Redaction

    /// The report that needs nobody.
    func template(_ file: CaseFile, suspects: [Suspect]) -> Narrative {
        ReportTemplate.report(
            of: file, suspects: suspects, reason: narrator == nil ? "no language model is configured" : "")
    }

    /// A model's report; nil when none is configured. On failure the template, with the reason why.
    func narrate(_ file: CaseFile, suspects: [Suspect]) async -> Narrative? {
        guard let narrator else { return nil }
        let prompt = NarrationPrompt(file, suspects: suspects, redaction: redaction)
        do {
            let answer = try await narrator(prompt.system, prompt.user, NarrationPrompt.maximumTokens)
            switch prompt.check(answer.text, model: answer.model, redaction: redaction) {
            case .accepted(let narrative): return narrative
            case .rejected(let reason):
                return ReportTemplate.report(
                    of: file, suspects: suspects, reason: "the answer of \(answer.model) was refused: \(reason)")
            }
        } catch {
            return ReportTemplate.report(of: file, suspects: suspects, reason: "\(error)")
        }
    }
}
