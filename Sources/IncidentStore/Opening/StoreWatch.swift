import Dispatch
import Glibc

/// Reports commits to the store, by this process or another, with inotify.
package final class StoreWatch: Sendable {
    /// One element for one or more commits since the last element. Ends when the watch is released.
    package let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private nonisolated(unsafe) let source: any DispatchSourceRead  // because cancel() is all we call, from any thread

    package init(_ file: StoreFile) throws {
        let signal = try CommitSignal(file)
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw file.unusable("watching it failed") }
        guard inotify_add_watch(descriptor, file.lockPath, UInt32(IN_MODIFY)) >= 0 else {
            defer { close(descriptor) }
            throw file.unusable("watching it failed")
        }
        withExtendedLifetime(signal) {}
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        self.continuation = continuation
        source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "sentinel.store.watch"))
        source.setEventHandler { @Sendable in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { @Sendable in
            close(descriptor)
            continuation.finish()
        }
        source.activate()
    }

    deinit { source.cancel() }
}
