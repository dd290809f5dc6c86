import Basics
import Glibc

/// The lock that allows one agent per store.
///
/// An open-file-description lock: it also excludes a second agent in the same process, and the kernel releases it when the
/// process ends for any reason.
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

    /// Closing alone would not do: a child process that is being started has the descriptor too, until its program runs.
    deinit {
        var request = Self.wholeFile
        request.l_type = Int16(F_UNLCK)
        _ = fcntl(descriptor, Self.setLock, &request)
        close(descriptor)
    }

    /// Whether an agent holds the lock now. Without a lock file there is none.
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
