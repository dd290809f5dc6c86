package import Basics
package import OnCallModel
import SQLiteKit

/// The only way back from a console or the command line to the agent. Its connection can add an intent and read its outcome;
/// SQLite rejects everything else.
package actor IntentInbox {
    private let file: StoreFile
    private let queue = QueueExecutor(label: "sentinel.store.inbox")
    private var connection: Connection?
    private var commitSignal: CommitSignal?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Opens the store at the first use.
    package init(_ path: String) {
        file = StoreFile(path)
    }

    /// Adds an intent for the agent and returns its id. `author` is the person who asks: `alice@host (console)`; `place` is
    /// where a person in Slack is answered.
    package func append(
        _ intent: Intent, author: String, at now: Instant, place: ClickPlace? = nil
    ) throws -> Int64 {
        let connection = try opened()
        let (kind, payload) = intent.stored
        try connection.run(
            "INSERT INTO intent (kind, payload, author, created_at, channel, thread) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(kind), .text(payload.serialized), .text(author), .init(now), .init(place?.channel),
                .init(place?.thread),
            ])
        let id = connection.lastInsertedRowID
        commitSignal?.send()
        return id
    }

    /// The outcome of an intent as a sentence; nil until the agent has answered.
    package func outcome(of id: Int64) throws -> String? {
        try opened().query("SELECT outcome FROM intent WHERE id = ?", [.integer(id)]).rows.first?.first?.text
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        let fresh = try Self.connect(file)
        commitSignal = try CommitSignal(file)
        connection = fresh
        return fresh
    }

    static func connect(_ file: StoreFile) throws -> Connection {
        let connection = try file.openForGuest(.readWrite)
        connection.authorize(Self.permits)
        connection.textFilter = Redaction().apply
        return connection
    }

    /// The intent itself, and what the trigger does that counts the changes of its topic.
    private static func permits(_ access: AuthorizedAccess) -> Bool {
        switch access {
        case .insert(let table, let schema): schema == "main" && table == "intent"
        case .read(let table, _, _): table == "intent" || table == "topic_revision"
        case .select: true
        case .function(let name): name == "length"
        case .other(let code, let table, let column):
            code == updateCode && table == "topic_revision" && column == "revision"
        case .recursive: false
        }
    }

    /// SQLITE_UPDATE.
    private static let updateCode: Int32 = 23
}
