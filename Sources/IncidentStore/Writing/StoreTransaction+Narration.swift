package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Shows what a language model has written so far. `job` names what it writes, `subject` what about.
    package func saveDraft(_ draft: NarrationDraft, of job: String, about subject: Int64) throws {
        try insert(
            into: "narration_draft",
            [
                "job": .text(job), "subject": .integer(subject), "model": .text(draft.model), "text": .text(draft.text),
                "started_at": .init(draft.startedAt),
            ], on: .replace("job, subject"))
    }

    /// The text is written, or the model failed.
    package func endDraft(of job: String, about subject: Int64) throws {
        try run("DELETE FROM narration_draft WHERE job = ? AND subject = ?", [.text(job), .integer(subject)])
    }

    /// Adds one answer of the model to what the day's answers used.
    package func addNarrationUse(_ use: NarrationUse, at now: Instant) throws {
        try run(
            """
            INSERT INTO narration_use (day, tokens, answers, kept, dropped) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (day) DO UPDATE SET tokens = tokens + excluded.tokens, answers = answers + excluded.answers,
                kept = kept + excluded.kept, dropped = dropped + excluded.dropped
            """,
            [.text(now.day), .init(use.tokens), .init(use.answers), .init(use.kept), .init(use.dropped)])
    }
}

extension StoreSnapshot {
    package func narrationUse(on day: Instant) throws -> NarrationUse {
        var use = NarrationUse()
        guard
            let row = try rows("narration_use", "SELECT * FROM narration_use WHERE day = ?", [.text(day.day)]).first
        else { return use }
        (use.tokens, use.answers) = try (row.integer("tokens"), row.integer("answers"))
        (use.kept, use.dropped) = try (row.integer("kept"), row.integer("dropped"))
        return use
    }

    package func draft(of job: String, about subject: Int64) throws -> NarrationDraft? {
        try rows(
            "narration_draft", "SELECT * FROM narration_draft WHERE job = ? AND subject = ?",
            [.text(job), .integer(subject)]
        ).first.map {
            try NarrationDraft(model: $0.text("model"), text: $0.text("text"), startedAt: $0.instant("started_at"))
        }
    }
}

extension Instant {
    /// `2026-11-30`, in UTC.
    fileprivate var day: String { String(iso8601.prefix(10)) }
}
