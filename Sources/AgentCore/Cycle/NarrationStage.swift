import Basics
import IncidentStore
import Investigation
package import Narration
import OnCallModel

/// A language model that writes texts. It has no tools, and each of its sentences is checked.
package struct Narrator: Sendable {
    package var model: String
    /// Returns the text and the tokens that it took. `onText` is called with all of the text so far, as it is written.
    ///
    /// - Throws: an error whose description says in one sentence why there is no text.
    package var write:
        @Sendable (_ job: NarrationJob, _ onText: @escaping @Sendable (String) -> Void) async throws -> (
            text: String, tokens: Int
        )

    package init(
        model: String,
        write:
            @escaping @Sendable (NarrationJob, @escaping @Sendable (String) -> Void) async throws -> (
                text: String, tokens: Int
            )
    ) {
        (self.model, self.write) = (model, write)
    }
}

/// Has a language model write texts, within its daily budget, and shows the checked sentences while they are written.
struct NarrationStage: Sendable {
    let narrator: Narrator?
    let redaction: Redaction
    let writer: StoreWriter
    let clock: WallClock
    let dailyTokens: Int

    init(_ configuration: AgentConfiguration, writer: StoreWriter, settings: Settings) {
        (narrator, redaction, clock) = (configuration.narrator, configuration.redaction, configuration.clock)
        (self.writer, dailyTokens) = (writer, settings.narratorDailyTokens)
    }

    enum Written: Sendable {
        case text(CheckedText, model: String)
        /// A phrase: "the language model did not answer within 20 s".
        case nothing(because: String)
    }

    /// The report of an incident with the model's explanation; the template, with the reason, if there is none. Nil when no
    /// model is configured.
    func narrate(_ file: CaseFile, suspects: [Suspect], incident: Int64) async -> Narrative? {
        guard narrator != nil else { return nil }
        let narration = IncidentNarration(file, suspects: suspects, redaction: redaction)
        let reason: String
        switch await write(narration.job, about: incident) {
        case .text(let text, let model):
            if let narrative = narration.narrative(text, model: model) { return narrative }
            let first = text.dropped.first.map { ": \($0.reason)" } ?? ""
            reason = "the answer of \(model) was rejected, \(text.count)\(first)"
        case .nothing(let cause): reason = cause
        }
        return ReportTemplate.report(of: file, suspects: suspects, reason: reason)
    }

    /// One paragraph of the model with its name; nil if there is none, or too little of it is left.
    func paragraph(_ job: NarrationJob, about subject: Int64) async -> String? {
        guard narrator != nil, case .text(let text, let model) = await write(job, about: subject), !text.isThin else {
            return nil
        }
        let paragraph = UntrustedText.forMarkdown(text.paragraphs.joined(separator: " "), limit: 1500)
        return "\(paragraph) (Explained by \(model): \(text.count).)"
    }

    /// Asks the model, unless its budget of the day is spent. A store that cannot be written costs the text, nothing else.
    func write(_ job: NarrationJob, about subject: Int64) async -> Written {
        guard let narrator else { return .nothing(because: "no language model is configured") }
        let start = clock.now()
        // An answer's tokens are known at its end, and other texts are written beside it: its most is taken at the start.
        let taken = NarrationUse(tokens: NarrationJob.maxTokens + (job.system.count + job.user.count) / 4)
        do {
            let isAllowed = try await writer.transaction { [dailyTokens] store in
                guard try store.snapshot.narrationUse(on: start).tokens < dailyTokens else { return false }
                try store.addNarrationUse(taken, at: start)
                return true
            }
            guard isAllowed else {
                return .nothing(because: "the daily budget of \(dailyTokens) tokens is spent until 00:00 UTC")
            }
            let answer = try await answer(narrator, job, about: subject, since: start)
            let text = CheckedText(redaction.apply(to: answer.text).trimmed, of: job)
            let use = NarrationUse(
                tokens: answer.tokens - taken.tokens, answers: 1, kept: text.kept, dropped: text.dropped.count)
            try await writer.transaction { store in
                try store.addNarrationUse(use, at: start)
                try store.endDraft(of: job.kind.rawValue, about: subject)
            }
            return .text(text, model: narrator.model)
        } catch {
            // A request without an answer costs what the server makes of it: its facts at least.
            let unused = NarrationUse(tokens: -NarrationJob.maxTokens)
            try? await writer.transaction { store in
                try store.addNarrationUse(unused, at: start)
                try store.endDraft(of: job.kind.rawValue, about: subject)
            }
            return .nothing(because: "\(error)")
        }
    }

    private func answer(
        _ narrator: Narrator, _ job: NarrationJob, about subject: Int64, since start: Instant
    ) async throws -> (text: String, tokens: Int) {
        let (texts, written) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1))
        async let shown: Void = show(texts, of: job, about: subject, by: narrator.model, since: start)
        defer { written.finish() }
        let answer = try await Self.limited { try await narrator.write(job) { written.yield($0) } }
        written.finish()
        await shown
        return answer
    }

    /// Stores the checked sentences as they come, at most so often.
    private static let drafts = Span.milliseconds(250)

    private func show(
        _ texts: AsyncStream<String>, of job: NarrationJob, about subject: Int64, by model: String, since start: Instant
    ) async {
        var (last, next) = ("", WallClock.system.now())
        for await text in texts where WallClock.system.now() >= next {
            let checked = CheckedText(redaction.apply(to: text), of: job, isWhole: false)
            let shown = checked.paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n")
            guard shown != last else { continue }
            (last, next) = (shown, WallClock.system.now() + Self.drafts)
            let draft = NarrationDraft(model: model, text: shown, startedAt: start)
            try? await writer.transaction { try $0.saveDraft(draft, of: job.kind.rawValue, about: subject) }
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
