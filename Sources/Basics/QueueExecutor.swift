import Dispatch

/// A serial executor on a dispatch queue, for an actor that may block. (`DispatchSerialQueue` does not exist on Linux.)
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { @Sendable in unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
