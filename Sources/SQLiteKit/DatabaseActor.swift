import Basics

/// Runs a connection on its own serial queue, and so on its own thread.
package actor DatabaseActor {
    private let queue: QueueExecutor
    private var connection: Connection?
    private let open: @Sendable () throws -> Connection

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// `open` runs on the actor's thread, on first use.
    package init(label: String, open: @escaping @Sendable () throws -> Connection) {
        queue = QueueExecutor(label: label)
        self.open = open
    }

    /// Runs `body` with the connection, on its own thread.
    package func use<Result: Sendable>(_ body: @Sendable (Connection) throws -> Result) throws -> Result {
        try body(opened())
    }

    /// Runs `body` in one transaction.
    package func transaction<Result: Sendable>(
        _ kind: Connection.TransactionKind = .write, _ body: @Sendable (Connection) throws -> Result
    ) throws -> Result {
        try opened().transaction(kind, body)
    }

    /// Closes the connection; the next use reopens it.
    package func close() {
        connection = nil
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        let fresh = try open()
        connection = fresh
        return fresh
    }
}
