package import Glibc

/// Atomic replacement of files, and private folders.
package enum Files {
    /// A system error as text: "No space left on device".
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let code: Int32

        package var description: String { String(cString: strerror(code)) }
    }

    /// Writes a temporary file, syncs it to disk, and renames it over the old one. The mode of an existing file is kept.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(Failure) {
        try makeFolder(Self.folder(of: path))
        var known = stat()
        let kept = stat(path, &known) == 0 ? known.st_mode & 0o777 : mode
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kept)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        do throws(Failure) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw Failure(code: errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            defer { unlink(temporary) }
            throw Failure(code: errno)
        }
    }

    /// Creates a folder and its parents with mode 0700.
    package static func makeFolder(_ path: String) throws(Failure) {
        guard !path.isEmpty, path != "/", access(path, F_OK) != 0 else { return }
        try makeFolder(folder(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure(code: errno) }
    }

    /// The path without its last component.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(code: errno) }
            rest = rest.dropFirst(count)
        }
    }
}
