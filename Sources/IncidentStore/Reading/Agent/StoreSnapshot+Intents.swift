package import Basics
package import OnCallModel

extension StoreQuery where Answer == String? {
    /// The result of an intent; nil while it waits.
    package static func outcome(ofIntent id: Int64) -> StoreQuery<String?> {
        StoreQuery { try $0.outcome(ofIntent: id) }
    }
}

extension StoreSnapshot {
    /// The report of the latest cycle as JSON text, and when that cycle began.
    package func latestReport() throws -> (at: Instant, json: String)? {
        guard let row = try rows("scan_report", "SELECT * FROM scan_report", []).first else { return nil }
        return (try row.instant("at"), try row.text("report"))
    }

    /// What people asked and nobody has answered yet, in the order of asking.
    ///
    /// A row that this program does not understand is left out; ``StoreTransaction/refuseUnreadableIntents(at:)`` answers it.
    package func pendingIntents() throws -> [IntentRecord] {
        try unanswered().compactMap { try $0.intent() }
    }

    /// What came of an intent as a sentence; nil while it waits.
    package func outcome(ofIntent id: Int64) throws -> String? {
        try scalar("SELECT outcome FROM intent WHERE id = ?", [.integer(id)])?.text
    }

    /// Somebody waits for an answer.
    package func hasUnansweredIntents() throws -> Bool {
        try !unanswered().isEmpty
    }

    func unanswered() throws -> [StoredRow] {
        try rows("intent", "SELECT * FROM intent WHERE handled_at IS NULL ORDER BY id")
    }
}

extension StoredRow {
    /// Nil where the kind or its payload is not one that this program knows.
    func intent() throws -> IntentRecord? {
        guard let intent = try Intent(kind: text("kind"), payload: json("payload")) else { return nil }
        return try IntentRecord(id: id(), intent: intent, author: text("author"), createdAt: instant("created_at"))
    }
}
