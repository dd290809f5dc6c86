import Glibc

/// The user's `VISUAL` or `EDITOR`, a shell command; `vi` where neither is set.
package struct Editor: Hashable, Sendable {
    package let command: String

    package init(command: String) { self.command = command }

    /// Read from the process environment only, so that a `.env` file cannot start a command.
    package static var ofUser: Editor {
        let names: [String] = ["VISUAL", "EDITOR"]
        let words = names.compactMap { name in getenv(name).map { String(cString: $0) } }
        return Editor(command: words.first { !$0.isEmpty } ?? "vi")
    }

    /// Opens the editor on a private temporary file (0600) with `text`, waits for its end and returns the text of the file, which
    /// is then deleted. Blocks; the editor has the terminal. Meanwhile Ctrl-C is the editor's alone.
    package func edit(_ text: String, ending: String = ".md") throws(EditorError) -> String {
        let file = try Self.makeFile(text, ending: ending)
        defer { unlink(file) }
        let (interrupt, quit) = (signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN))
        defer {
            signal(SIGINT, interrupt)
            signal(SIGQUIT, quit)
        }
        guard let process = ForegroundShell.start("\(command) \"$1\"", [file]) else {
            throw EditorError("The editor \"\(command)\" could not be started. Set EDITOR.")
        }
        let status = ForegroundShell.wait(for: process)
        guard status == 0 else {
            throw EditorError(
                "The editor \"\(command)\" ended with status \(status), so nothing was saved. Check EDITOR.")
        }
        return try Self.read(file)
    }

    private static func makeFile(_ text: String, ending: String) throws(EditorError) -> String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(folder)/sentinel-XXXXXX\(ending)".utf8CString)
        let descriptor = mkstemps(&path, Int32(ending.utf8.count))
        guard descriptor >= 0 else { throw EditorError("A temporary file could not be made in \(folder).") }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let file = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                unlink(file)
                throw EditorError("The temporary file \(file) could not be written.")
            }
            bytes = bytes.dropFirst(count)
        }
        return file
    }

    /// An editor may replace the file, so it is opened again by its name.
    private static func read(_ file: String) throws(EditorError) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw EditorError("The text could not be read from \(file).") }
        defer { close(descriptor) }
        var (bytes, buffer): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 65_536))
        while bytes.count < 1 << 20 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Why a text was not edited, as one sentence.
package struct EditorError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
