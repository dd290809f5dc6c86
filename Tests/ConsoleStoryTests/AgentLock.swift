import Glibc
import TestSupport

/// Holds a store's lock like an agent, so that no console starts its own agent.
final class AgentLock: Sendable {
    private let descriptor: Int32

    struct Refused: Error {}

    init(_ store: String) throws {
        descriptor = open(store + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        var request = flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        // linux/fcntl.h: F_OFD_SETLK.
        guard fcntl(descriptor, 37, &request) == 0 else {
            close(descriptor)
            throw Refused()
        }
    }

    deinit { close(descriptor) }

    func release() {
        var request = flock()
        request.l_type = Int16(F_UNLCK)
        request.l_whence = Int16(SEEK_SET)
        _ = fcntl(descriptor, 37, &request)
    }
}
