import Basics
import Glibc
import SQLiteKit

/// Checks from outside of the agent whether the store can be written, without writing to it.
package actor StoreProbe {
    private let file: StoreFile
    private let queue = QueueExecutor(label: "sentinel.store.probe")
    private var connection: Connection?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    package init(_ path: String) {
        file = StoreFile(path)
    }

    /// Nil if the store can be written, or does not exist yet. A lock is waited for as long as the agent does: five seconds.
    package func fault() -> StoreFault? {
        if let fault = diskFault() { return fault }
        guard access(file.path, F_OK) == 0 else { return nil }
        do {
            let connection = try opened()
            try connection.execute("BEGIN IMMEDIATE")
            try connection.execute("ROLLBACK")
            return nil
        } catch {
            connection = nil
            return StoreFault(error, path: file.path)
        }
    }

    private func diskFault() -> StoreFault? {
        var disk = statvfs()
        guard statvfs(file.directory, &disk) == 0 else { return nil }
        if disk.f_flag & UInt(ST_RDONLY) != 0 { return StoreFault(.readOnly, path: file.path) }
        // A commit writes some pages of 4096 bytes.
        return UInt64(disk.f_bavail) * UInt64(disk.f_frsize) < 1 << 16 ? StoreFault(.full, path: file.path) : nil
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        let fresh = try file.openForGuest(.readWrite)
        connection = fresh
        return fresh
    }
}
