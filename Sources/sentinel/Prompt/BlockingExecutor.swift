import Dispatch

/// Runs an actor on a dispatch queue, where it may block, and not on Swift's cooperative threads.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { @Sendable in unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
