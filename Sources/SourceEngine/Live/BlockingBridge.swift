import Basics
import Dispatch

/// The only place where a thread waits for a task, because SQLite's callbacks must have their rows before they return.
///
/// The thread is always a connection's own, never one of Swift's cooperative threads, and the task does not need it.
enum BlockingBridge {
    struct DeadlinePassed: Error {}

    static func wait<Result: Sendable>(
        until deadline: ContinuousClock.Instant, isCancelled: () -> Bool,
        _ operation: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        let finished = DispatchSemaphore(value: 0)
        let outcome = Lock<Swift.Result<Result, any Error>?>(nil)
        let task = Task.detached {
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await operation())
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
            finished.signal()
        }
        while finished.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
            guard ContinuousClock.now < deadline, !isCancelled() else {
                task.cancel()
                throw isCancelled() ? CancellationError() as any Error : DeadlinePassed()
            }
        }
        return try outcome.withLock { $0 }!.get()
    }
}
