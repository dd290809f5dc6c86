package import Basics
import SQLiteKit

/// The agent's access to the store. It holds the store's lock: no second agent can open one, in this process or another, until
/// this one is released or its process ends.
package actor StoreWriter {
    package nonisolated let file: StoreFile
    private let queue = QueueExecutor(label: "sentinel.store.writer")
    /// Every text is masked before it is stored.
    private var redaction = Redaction()
    private var connection: Connection?
    private var lock: StoreLock?
    private var commitSignal: CommitSignal?
    /// What had to be repaired when the file was opened, as a sentence for the operator; nil if nothing.
    package private(set) var notice: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Takes the lock, checks the file, and migrates its schema.
    ///
    /// `holder` is shown to others: `host:pid`. Throws ``StoreError/held(path:by:since:)`` if another agent has the lock.
    package static func open(_ path: String, holder: String, pid: Int32, at now: Instant) async throws -> StoreWriter {
        let writer = StoreWriter(StoreFile(path))
        try await writer.acquire(holder: holder, pid: pid, at: now)
        return writer
    }

    private init(_ file: StoreFile) {
        self.file = file
    }

    /// Runs `body` in one transaction: all of it is committed and survives a power cut, or nothing.
    ///
    /// Decide inside: nothing else can write between what `body` reads and what it writes.
    package func transaction<Result: Sendable>(
        _ body: @Sendable (StoreTransaction) throws -> Result
    ) throws -> Result {
        let connection = try opened()
        let file = file
        let result = try connection.transaction { try body(StoreTransaction(connection: $0, file: file)) }
        commitSignal?.send()
        return result
    }

    /// Reads a consistent snapshot.
    package func read<Result: Sendable>(_ body: @Sendable (StoreSnapshot) throws -> Result) throws -> Result {
        let file = file
        return try opened().transaction(.read) { try body(StoreSnapshot(connection: $0, file: file)) }
    }

    /// Writes a row as it is, to find out whether that is possible. A trigger counts it, so pages change.
    package func probe() throws {
        _ = try transaction { try $0.run("UPDATE agent_status SET pid = pid") }
    }

    /// Releases the lock and closes the file, whether or not it can be written. Any later use throws.
    package func release() {
        guard let connection else { return }
        defer { close() }
        // Without the lock the holder's name is not shown to anyone.
        try? transaction { try $0.leave() }
        try? connection.execute("PRAGMA optimize")
    }

    /// Masks with this redaction from now on, which knows the secrets of this process too.
    package func mask(by redaction: Redaction) {
        self.redaction = redaction
        connection?.textFilter = redaction.apply
    }

    /// Closes the file as a process that ends does: nothing is written.
    func close() {
        connection = nil
        lock = nil
        commitSignal = nil
    }

    private func acquire(holder: String, pid: Int32, at now: Instant) throws {
        guard let lock = try StoreLock(taking: file) else { throw heldByAnother() }
        let (connection, notice) = try file.openForAgent(at: now)
        connection.textFilter = redaction.apply
        commitSignal = try CommitSignal(file)
        (self.lock, self.connection, self.notice) = (lock, connection, notice)
        try transaction { try $0.enter(holder: holder, pid: pid, at: now) }
    }

    private func heldByAnother() -> StoreError {
        // Who it is, if that can be read: the agent may be creating the file at this moment.
        let row = try? file.openForGuest(.queryOnly)
            .query("SELECT holder, acquired_at FROM agent_status").records.first
        return .held(path: file.path, by: row?["holder"].text ?? "", since: row?["acquired_at"].instant)
    }

    private func opened() throws -> Connection {
        guard let connection else {
            throw StoreError.unusable(path: file.path, reason: "this agent has released it")
        }
        return connection
    }
}
