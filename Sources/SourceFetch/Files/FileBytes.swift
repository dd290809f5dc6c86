import Glibc

/// The system error for a file that cannot be read.
struct FileFault: Error, Hashable {
    var path: String
    /// `errno`.
    var code: Int32

    /// "Permission denied".
    var reason: String { String(cString: strerror(code)) }
}

/// Reads the bytes of one regular file from its start.
final class FileBytes {
    let path: String
    /// When it was opened; it may grow.
    let size: Int
    private let descriptor: Int32
    /// The number of bytes per read.
    private let chunk: Int

    /// - Throws: ``FileFault``, also if it is no longer a regular file, so that a pipe cannot block the scan.
    init(_ path: String, chunk: Int = 256 << 10) throws(FileFault) {
        self.chunk = chunk
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFault(path: path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileFault(path: path, code: EINVAL)
        }
        (self.path, self.descriptor, size) = (path, descriptor, Int(status.st_size))
    }

    deinit { close(descriptor) }

    /// Appends the next bytes to `buffer`; false at the end of the file.
    func read(onto buffer: inout [UInt8]) throws(FileFault) -> Bool {
        let start = buffer.count
        var code: Int32 = 0
        buffer.append(contentsOf: repeatElement(0, count: chunk))
        let count = buffer.withUnsafeMutableBytes { memory in
            var count = -1
            repeat {
                count = Glibc.read(descriptor, memory.baseAddress! + start, chunk)
            } while count < 0
                && errno == EINTR
            code = errno
            return count
        }
        buffer.removeLast(chunk - max(0, count))
        if count < 0 { throw FileFault(path: path, code: code) }
        return count > 0
    }

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

/// The lines of a file, one at a time, however long the file is.
struct LineReader {
    enum Line {
        /// Without its end, `\n` or `\r\n`.
        case bytes([UInt8])
        /// Longer than any row; it was skipped.
        case tooLong
    }

    static let longest = 16 << 20

    private let file: FileBytes
    private let longest: Int
    private var buffer: [UInt8] = []
    /// Of the next line.
    private var start = 0
    private var isFirst = true
    private var isSkipping = false

    init(_ file: FileBytes, longest: Int = Self.longest) {
        self.file = file
        self.longest = longest
    }

    /// Nil at the end. A last line without a line break counts.
    mutating func next() throws(FileFault) -> Line? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = take(upTo: end)
                start = end + 1
                return line
            }
            if buffer.count - start > longest {
                isSkipping = true
                start = buffer.count
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            guard try file.read(onto: &buffer) else {
                guard !buffer.isEmpty || isSkipping else { return nil }
                defer { buffer = [] }
                return take(upTo: buffer.endIndex)
            }
        }
    }

    private mutating func take(upTo end: Int) -> Line {
        if isSkipping {
            isSkipping = false
            return .tooLong
        }
        var line = buffer[start..<end]
        if isFirst {
            isFirst = false
            if line.starts(with: FileBytes.byteOrderMark) { line = line.dropFirst(3) }
        }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return .bytes(Array(line))
    }
}
