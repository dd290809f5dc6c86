package import Basics
package import OnCallModel

extension StoreQuery {
    /// The answer to an intent; nil while it waits.
    package static func answer(toIntent id: Int64) -> Self where Answer == IntentAnswer? {
        Self { try $0.answer(toIntent: id) }
    }
}

extension StoreSnapshot {
    /// The report of the latest cycle as JSON text, and when that cycle began.
    package func latestReport() throws -> (at: Instant, json: String)? {
        guard let row = try rows("scan_report", "SELECT * FROM scan_report", []).first else { return nil }
        return (try row.instant("at"), try row.text("report"))
    }

    /// The intents that have no answer yet, oldest first.
    ///
    /// A row of an unknown kind is skipped; ``StoreTransaction/refuseUnreadableIntents(at:)`` answers it.
    package func pendingIntents() throws -> [IntentRecord] {
        try unanswered().compactMap { try $0.intent() }
    }

    /// The answer to an intent; nil while it waits.
    package func answer(toIntent id: Int64) throws -> IntentAnswer? {
        try rows("intent", "SELECT * FROM intent WHERE id = ? AND handled_at IS NOT NULL", [.integer(id)]).first.map {
            try IntentAnswer($0.text("outcome"), isRefused: $0.flag("is_refused"))
        }
    }

    package func hasUnansweredIntents() throws -> Bool {
        try !unanswered().isEmpty
    }

    func unanswered() throws -> [StoredRow] {
        try rows("intent", "SELECT * FROM intent WHERE handled_at IS NULL ORDER BY id")
    }
}

extension StoredRow {
    /// Nil if this program does not know the kind or the payload.
    func intent() throws -> IntentRecord? {
        guard let intent = try Intent(kind: text("kind"), payload: json("payload")) else { return nil }
        let (channel, thread) = (optionalText("channel"), optionalText("thread"))
        return try IntentRecord(
            id: id(), intent: intent, author: text("author"), createdAt: instant("created_at"),
            place: channel.map { ClickPlace(channel: $0, thread: thread) })
    }
}
