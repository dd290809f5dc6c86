import Glibc

/// Notifies every process that watches the store that a commit is visible.
///
/// Watching the `-wal` file is not enough: its last write comes before the commit is visible.
final class CommitSignal: Sendable {
    private let descriptor: Int32

    init(_ file: StoreFile) throws {
        descriptor = open(file.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw file.unusable("opening \(file.lockPath) failed") }
    }

    deinit { close(descriptor) }

    func send() {
        var byte: UInt8 = 0x0A
        // A watcher that misses this signal sees the commit at the next one.
        _ = pwrite(descriptor, &byte, 1, 0)
    }
}
