import Basics
import SQLiteKit

/// Reads and observes the store on its own thread and connection, which cannot write.
package actor StoreReader {
    private let file: StoreFile
    private let queue = QueueExecutor(label: "sentinel.store.reader")
    private var connection: Connection?
    private var watch: StoreWatch?
    private var listener: Task<Void, Never>?
    private var observers: [Int: Observer] = [:]
    private var observerCount = 0
    private var seenVersion: Int64 = 0
    private var seenRevisions: [String: Int] = [:]
    /// The topic that counts the changes of a table, as its triggers define it.
    private var topics: [String: String] = [:]

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Opens the store at the first read.
    package init(_ path: String) {
        file = StoreFile(path)
    }

    deinit { listener?.cancel() }

    /// The answer as of now.
    package func read<Answer>(_ query: StoreQuery<Answer>) throws -> Answer {
        try snapshot(query.fetch)
    }

    /// The answer as of now, and again whenever it changes. A slow consumer gets only the newest. What to watch is not declared:
    /// each fetch records the tables that it read.
    ///
    /// A fetch that fails ends the stream with its error.
    package nonisolated func observe<Answer>(_ query: StoreQuery<Answer>) -> AsyncThrowingStream<Answer, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: Answer.self, throwing: (any Error).self, bufferingPolicy: .bufferingNewest(1))
        let registration = Task { await self.register(query, continuation) }
        continuation.onTermination = { @Sendable _ in
            Task { await self.unregister(registration.value) }
        }
        return stream
    }

    private func register<Answer>(
        _ query: StoreQuery<Answer>, _ continuation: AsyncThrowingStream<Answer, any Error>.Continuation
    ) -> Int? {
        do {
            try listen()
        } catch {
            continuation.finish(throwing: error)
            return nil
        }
        var latest: Answer?
        observerCount += 1
        let id = observerCount
        observers[id] = Observer { reader in
            do {
                let (answer, tables) = try reader.opened().readingTables { try reader.snapshot(query.fetch) }
                if answer != latest {
                    latest = answer
                    continuation.yield(answer)
                }
                return tables
            } catch {
                continuation.finish(throwing: error)
                return []
            }
        }
        advance(id) { $0.changed() }
        return id
    }

    private func unregister(_ id: Int?) {
        if let id { observers[id] = nil }
    }

    /// Notifies the observers that may be affected by what changed since the last time.
    private func storeChanged() {
        // A check that fails is repeated at the next commit; every fetch reports its own error.
        guard let version = try? opened().dataVersion(), version != seenVersion,
            let revisions = try? revisions()
        else { return }
        seenVersion = version
        let changed = Set(revisions.filter { seenRevisions[$0.key] != $0.value }.keys)
        seenRevisions = revisions
        for id in observers.keys.sorted() where observers[id]?.isAffected(by: changed) == true {
            advance(id) { $0.changed() }
        }
    }

    private func advance(_ id: Int, _ turn: (inout ObservationMachine) -> ObservationMachine.Step) {
        guard var observer = observers[id] else { return }
        let step = turn(&observer.machine)
        observers[id] = observer
        if step == .fetch { Task { self.fetch(id) } }
    }

    private func fetch(_ id: Int) {
        guard let tables = observers[id]?.deliver(self) else { return }
        // A table without a topic is not part of the store, such as `json_each`.
        observers[id]?.topics = Set(tables.compactMap { topics[$0] })
        advance(id) { $0.fetched() }
    }

    /// Starts to listen for commits, before the first fetch, so that none is missed.
    private func listen() throws {
        guard watch == nil else { return }
        let connection = try opened()
        let watch = try StoreWatch(file)
        seenVersion = try connection.dataVersion()
        seenRevisions = try revisions()
        topics = try countedTables()
        self.watch = watch
        listener = Task { [weak self, changes = watch.changes] in
            for await _ in changes {
                guard let self else { return }
                await self.storeChanged()
            }
        }
    }

    private func revisions() throws -> [String: Int] {
        let rows = try opened().query("SELECT topic, revision FROM topic_revision").rows
        return Dictionary(rows.map { ($0[0].text ?? "", $0[1].integer ?? 0) }, uniquingKeysWith: { $1 })
    }

    /// The tables whose triggers count their changes, each with the topic that it counts for.
    private func countedTables() throws -> [String: String] {
        let triggers = try opened().query("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'").rows
        let counted = triggers.compactMap { row in
            row[1].text?.firstMatch(of: /UPDATE topic_revision .* WHERE topic = '(\w+)'/).map {
                (row[0].text ?? "", String($0.1))
            }
        }
        return Dictionary(counted, uniquingKeysWith: { $1 })
    }

    private func snapshot<Answer>(_ body: (StoreSnapshot) throws -> Answer) throws -> Answer {
        let file = file
        return try opened().transaction(.read) { try body(StoreSnapshot(connection: $0, file: file)) }
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        let fresh = try file.openForGuest(.queryOnly)
        fresh.recordTables()
        connection = fresh
        return fresh
    }

    private struct Observer {
        var machine = ObservationMachine()
        /// What the latest fetch read; nil before the first.
        var topics: Set<String>?
        /// Fetches, and returns the tables that were read.
        let deliver: (isolated StoreReader) -> Set<String>

        init(deliver: @escaping (isolated StoreReader) -> Set<String>) {
            self.deliver = deliver
        }

        func isAffected(by changed: Set<String>) -> Bool { topics.map { !$0.isDisjoint(with: changed) } ?? true }
    }
}
