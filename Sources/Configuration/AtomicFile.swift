import Glibc

/// Replaces a file as a whole: whoever reads it sees the old text or the new one, also after a power cut.
enum AtomicFile {
    static func write(_ text: String, to path: String) throws(ConfigurationError) {
        let target = resolved(path)
        let directory = Directories.parent(of: target)
        try Directories.create(directory)
        let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode(of: target))
        guard descriptor >= 0 else { throw failure(target) }
        let isWritten =
            writeAll(Array(text.utf8), to: descriptor) && fchmod(descriptor, mode(of: target)) == 0
            && fsync(descriptor) == 0
        let isClosed = close(descriptor) == 0
        guard isWritten, isClosed, rename(temporary, target) == 0 else {
            let failure = failure(target)
            unlink(temporary)
            throw failure
        }
        sync(directory)
    }

    /// The mode that the file has, so that what was private stays so.
    private static func mode(of path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o644
    }

    /// The file that a symbolic link leads to, which is replaced and not the link.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private static func sync(_ directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> ConfigurationError {
        ConfigurationError([
            "\(path) cannot be written: \(String(cString: strerror(errno))). Look at the folder's permissions, "
                + "or name another file with --settings."
        ])
    }
}
