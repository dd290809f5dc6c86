import Glibc

/// A value behind a mutex, for the few places where a C callback or a thread of our own meets Swift concurrency.
///
/// Backed by pthread and not by `Synchronization.Mutex`, whose slow path the thread sanitizer cannot see on Linux.
package final class Lock<State>: @unchecked Sendable {  // because every access to `state` holds the mutex
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    package init(_ state: sending State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` while no other thread is in the lock. Never suspend or block inside.
    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
