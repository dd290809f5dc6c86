import Dispatch

/// Runs the handlers of one server on a serial queue of its own, so that the server answers whatever Swift's pool is busy with.
///
/// A handler that awaits gives the thread to the next one.
final class HandlerThread: TaskExecutor {
    private let queue = DispatchQueue(label: "web server handlers")

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { @Sendable in unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
