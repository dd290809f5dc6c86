import Basics
import Glibc

/// Counts requests from their first byte to the last byte of the response, so that stopping can wait for them.
final class OpenRequests: @unchecked Sendable {  // because the semaphore is made for many threads
    private let isEmpty = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let state = Lock((count: 0, isWaitedFor: false))

    init() { sem_init(isEmpty, 0, 0) }

    deinit {
        sem_destroy(isEmpty)
        isEmpty.deallocate()
    }

    func enter() { state.withLock { $0.count += 1 } }

    func leave() {
        let isLast = state.withLock { state in
            state.count -= 1
            return state.isWaitedFor && state.count == 0
        }
        if isLast { sem_post(isEmpty) }
    }

    /// Blocks the calling thread until no request is open, for at most one second.
    func waitUntilEmpty() {
        let mustWait = state.withLock { state in
            state.isWaitedFor = true
            return state.count > 0
        }
        guard mustWait else { return }
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += 1
        while sem_timedwait(isEmpty, &deadline) == -1, errno == EINTR {}
    }
}
