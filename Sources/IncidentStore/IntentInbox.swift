package import Basics
package import OnCallModel
import SQLiteKit

/// The only way back from a console or the command line to the agent: its connection can add an intent and read
/// what became of it, and SQLite itself refuses everything else.
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

    /// Leaves an intent for the agent and answers its number. `author` is who asks: `alice@host (console)`.
    package func append(_ intent: Intent, author: String, at now: Instant) throws -> Int64 {
        let connection = try opened()
        try connection.run(
            "INSERT INTO intent (kind, payload, author, created_at) VALUES (?, ?, ?, ?)",
            [.text(intent.kind), .text(intent.payload.serialized), .text(author), .init(now)])
        let id = connection.lastInsertedRowID
        commitSignal?.send()
        return id
    }

    /// What came of an intent as a sentence; nil while the agent has not answered.
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
        return connection
    }

    /// Besides the intent itself, what the trigger that counts the topic's changes does.
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
