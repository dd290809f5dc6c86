import Basics
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

    /// The line that the program writes; empty when none comes within a minute.
    package func line() async throws -> String {
        try await OwnThread.run { [self] in readLine() }
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
}
