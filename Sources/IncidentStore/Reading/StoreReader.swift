import Basics
import SQLiteKit

/// Reads the store, and observes it, on a connection and a thread of its own that cannot write.
package actor StoreReader {
    private let file: StoreFile
    private let queue = QueueExecutor(label: "sentinel.store.reader")
    private var connection: Connection?
    private var watch: StoreWatch?
    private var listener: Task<Void, Never>?
    private var observers: [Int: Observer] = [:]
    private var observerCount = 0
    private var seenVersion: Int64 = 0
    private var seenRevisions: [StoreTopic: Int] = [:]

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

    /// The answer as of now and again whenever it has become another one. Only the newest waits for a slow taker.
    ///
    /// An answer that cannot be fetched ends the stream with the error.
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
        observers[id] = Observer(topics: query.topics) { reader in
            do {
                let answer = try reader.snapshot(query.fetch)
                guard answer != latest else { return }
                latest = answer
                continuation.yield(answer)
            } catch {
                continuation.finish(throwing: error)
            }
        }
        advance(id) { $0.changed() }
        return id
    }

    private func unregister(_ id: Int?) {
        if let id { observers[id] = nil }
    }

    /// Tells the observers of what changed since the last time.
    private func storeChanged() {
        // A look that fails is repeated at the next notice; every fetch reports its own error.
        guard let version = try? opened().dataVersion(), version != seenVersion,
            let revisions = try? revisions()
        else { return }
        seenVersion = version
        let changed = Set(revisions.filter { seenRevisions[$0.key] != $0.value }.keys)
        seenRevisions = revisions
        for id in observers.keys.sorted() where observers[id]?.topics.isDisjoint(with: changed) == false {
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
        guard let observer = observers[id] else { return }
        observer.deliver(self)
        advance(id) { $0.fetched() }
    }

    /// Starts listening for commits, before the first fetch, so that none falls between.
    private func listen() throws {
        guard watch == nil else { return }
        let watch = try StoreWatch(file)
        seenVersion = try opened().dataVersion()
        seenRevisions = try revisions()
        self.watch = watch
        listener = Task { [weak self, changes = watch.changes] in
            for await _ in changes {
                guard let self else { return }
                await self.storeChanged()
            }
        }
    }

    private func revisions() throws -> [StoreTopic: Int] {
        let rows = try opened().query("SELECT topic, revision FROM topic_revision").rows
        return Dictionary(
            rows.compactMap { row in
                StoreTopic(rawValue: row[0].text ?? "").map { ($0, row[1].integer ?? 0) }
            }, uniquingKeysWith: { $1 })
    }

    private func snapshot<Answer>(_ body: (StoreSnapshot) throws -> Answer) throws -> Answer {
        let file = file
        return try opened().transaction(.read) { try body(StoreSnapshot(connection: $0, file: file)) }
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        let fresh = try file.openForGuest(.queryOnly)
        connection = fresh
        return fresh
    }

    private struct Observer {
        let topics: Set<StoreTopic>
        var machine = ObservationMachine()
        let deliver: (isolated StoreReader) -> Void

        init(topics: Set<StoreTopic>, deliver: @escaping (isolated StoreReader) -> Void) {
            self.topics = topics
            self.deliver = deliver
        }
    }
}
