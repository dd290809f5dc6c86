import Glibc

/// A thread outside Swift's pool, for work that blocks: waiting for a process, for a terminal, or in a C library's loop.
package enum OwnThread {
    /// Starts `body` on a thread of its own and returns at once.
    ///
    /// - Returns: 0, or the error number of `pthread_create`; then `body` does not run.
    @discardableResult
    package static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { @Sendable context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        if code == 0 {
            pthread_detach(thread)
        } else {
            Unmanaged<Body>.fromOpaque(context).release()
        }
        return code
    }

    /// Runs `body` on a thread of its own. The calling task waits for the result without occupying a thread of the pool.
    package static func run<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let code = start { continuation.resume(with: Result { try body() }) }
            if code != 0 { continuation.resume(throwing: NoThread(code: code)) }
        }
    }

    /// The system had no thread to give; `code` is the error number.
    package struct NoThread: Error {
        package var code: Int32
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
