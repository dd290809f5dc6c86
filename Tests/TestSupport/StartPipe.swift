import Glibc

/// A named pipe through which a program that a test started says that it runs.
package final class StartPipe: Sendable {
    package let path: String
    private let descriptor: Int32

    package struct Failure: Error { var code: Int32 }

    package init(in folder: TemporaryFolder) throws {
        path = "\(folder.path)/start"
        guard mkfifo(path, 0o600) == 0 else { throw Failure(code: errno) }
        // For reading and writing, so that it is never at its end before the program has opened it.
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(code: errno) }
    }

    deinit { close(descriptor) }

    /// The line that the program writes; empty when none comes within a minute. Waits on a thread of its own: those of
    /// Swift may be needed for the program to start.
    package func line() async -> String {
        await withCheckedContinuation { continuation in
            let work = Unmanaged.passRetained(Work(pipe: self, continuation: continuation)).toOpaque()
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { work in
                    let work = Unmanaged<Work>.fromOpaque(work!).takeRetainedValue()
                    work.continuation.resume(returning: work.pipe.readLine())
                    return nil
                }, work)
            pthread_detach(thread)
        }
    }

    private func readLine() -> String {
        var text: [UInt8] = []
        while text.last != UInt8(ascii: "\n") {
            var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&place, 1, 60_000) > 0 else { return "" }
            var byte: UInt8 = 0
            guard read(descriptor, &byte, 1) == 1 else { return "" }
            text.append(byte)
        }
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    private final class Work: Sendable {
        let pipe: StartPipe
        let continuation: CheckedContinuation<String, Never>

        init(pipe: StartPipe, continuation: CheckedContinuation<String, Never>) {
            (self.pipe, self.continuation) = (pipe, continuation)
        }
    }
}
