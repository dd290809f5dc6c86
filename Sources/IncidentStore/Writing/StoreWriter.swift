package import Basics
import SQLiteKit

/// The agent's hand on the store. To have one is to hold the store's lease: no second agent can open one, in this
/// process or another, until this one is released or its process ends, however it ends.
package actor StoreWriter {
    package nonisolated let file: StoreFile
    private let queue = QueueExecutor(label: "sentinel.store.writer")
    private var connection: Connection?
    private var lock: StoreLock?
    private var commitSignal: CommitSignal?
    /// What opening had to do to the file, as a sentence for the operator; nil when all was well.
    package private(set) var notice: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Takes the lease, checks the file, and brings its schema up to date.
    ///
    /// `holder` is what others read of who it is: `host:pid`. Throws ``StoreError/held(path:by:since:)`` when another
    /// agent has it.
    package static func open(_ path: String, holder: String, pid: Int32, at now: Instant) async throws -> StoreWriter {
        let writer = StoreWriter(StoreFile(path))
        try await writer.acquire(holder: holder, pid: pid, at: now)
        return writer
    }

    private init(_ file: StoreFile) {
        self.file = file
    }

    /// Runs `body` in one transaction: all of it is committed and can survive a power cut, or none of it happened.
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

    /// Reads without writing, all of it from one moment.
    package func read<Result: Sendable>(_ body: @Sendable (StoreSnapshot) throws -> Result) throws -> Result {
        let file = file
        return try opened().transaction(.read) { try body(StoreSnapshot(connection: $0, file: file)) }
    }

    /// Gives the lease back and closes the file. Any later use throws.
    package func release() throws {
        guard let connection else { return }
        defer { close() }
        try transaction { try $0.leave() }
        try connection.execute("PRAGMA optimize")
    }

    /// Lets go of the file as a process that ends does: nothing is written.
    func close() {
        connection = nil
        lock = nil
        commitSignal = nil
    }

    private func acquire(holder: String, pid: Int32, at now: Instant) throws {
        guard let lock = try StoreLock(taking: file) else { throw heldByAnother() }
        let (connection, notice) = try file.openForAgent(at: now)
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
