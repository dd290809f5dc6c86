import Basics
import Glibc

/// The operating system's lock that makes an agent the only one of its store.
///
/// An open-file-description lock: it excludes a second agent in the same process too, and the kernel frees it the
/// moment its holder dies, however it dies.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// Nil when another agent holds the lock.
    init?(taking file: StoreFile) throws {
        try file.createDirectory()
        descriptor = open(file.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw file.unusable("opening \(file.lockPath) failed") }
        var request = Self.wholeFile
        if fcntl(descriptor, Self.setLock, &request) != 0 {
            let refused = errno == EAGAIN || errno == EACCES
            let failure = file.unusable("locking \(file.lockPath) failed")
            if refused { return nil }
            throw failure
        }
    }

    deinit { close(descriptor) }

    /// Whether some agent holds the lock now. A store without a lock file has none.
    static func isHeld(_ file: StoreFile) -> Bool {
        let descriptor = open(file.lockPath, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var request = wholeFile
        return fcntl(descriptor, getLock, &request) == 0 && request.l_type != Int16(F_UNLCK)
    }

    private static var wholeFile: flock {
        var request = flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        return request
    }

    // linux/fcntl.h: F_OFD_GETLK and F_OFD_SETLK.
    private static let getLock: Int32 = 36
    private static let setLock: Int32 = 37
}
