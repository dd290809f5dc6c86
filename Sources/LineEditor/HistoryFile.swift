import FoundationEssentials
import Glibc

/// A history file, readable by its owner only. Each line is appended when it is entered, so two prompts may share a file. If the
/// file cannot be read or written, there is no history, and no error.
struct HistoryFile {
    let path: String

    /// Reads the file, and rewrites it if it exceeds the limit.
    func load(limit: Int) -> LineHistory {
        guard let bytes = FileManager.default.contents(atPath: path) else { return LineHistory(limit: limit) }
        let history = LineHistory(decoding: bytes, limit: limit)
        if bytes.count(where: { $0 == UInt8(ascii: "\n") }) > history.entries.count { replace(with: history) }
        return history
    }

    func append(_ line: String) {
        write(LineHistory.encoded(line), to: path, flags: O_APPEND)
    }

    private func replace(with history: LineHistory) {
        let temporary = "\(path).\(getpid()).new"
        guard write(history.encoded, to: temporary, flags: O_TRUNC) else { return }
        if rename(temporary, path) != 0 { unlink(temporary) }
    }

    @discardableResult
    private func write(_ text: String, to path: String, flags: Int32) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        // One call, so that the lines of two prompts are not mixed.
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }
}
