import Glibc

/// The user's `PAGER`, a shell command.
package struct Pager: Hashable, Sendable {
    package let command: String

    /// Nil if `PAGER` is not set. Read from the process environment only, so that a `.env` file cannot start a command.
    package static var ofUser: Pager? {
        guard let command = getenv("PAGER").map({ String(cString: $0) }), !command.isEmpty else { return nil }
        return Pager(command: command)
    }

    /// Shows the text and waits until the pager ends. False, with nothing written, if it cannot be started.
    package func show(_ text: String) -> Bool {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let process = ForegroundShell.start(command, reading: ends[0])
        close(ends[0])
        if process != nil { write(text, to: ends[1]) }
        close(ends[1])
        guard let process else { return false }
        // 127: the shell knows no such command.
        return ForegroundShell.wait(for: process) != 127
    }

    /// Writes until the end of the text, or until the pager stops reading.
    private func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
