import Glibc

/// A thread of its own for work that blocks, which must never be done on Swift's own threads.
package enum OwnThread {
    /// Begins `work` on a new thread.
    ///
    /// - Returns: 0, or the error number of `pthread_create`; then `work` never runs.
    @discardableResult
    package static func start(_ work: @escaping @Sendable () -> Void) -> CInt {
        let context = Unmanaged.passRetained(Work(work))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            return code
        }
        pthread_detach(thread)
        return 0
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
