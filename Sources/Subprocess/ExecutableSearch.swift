import Glibc

/// Finds programs like a shell.
package enum ExecutableSearch {
    /// The first executable file with this name in the folders of `path`, separated by colons. A name with a slash is already a
    /// path. Empty entries, which would mean the working directory, are skipped.
    package static func find(_ name: String, path: String) -> String? {
        guard !name.isEmpty else { return nil }
        if name.utf8.contains(UInt8(ascii: "/")) { return isExecutable(name) ? name : nil }
        let candidates = path.split(separator: ":").lazy.map { "\($0)/\(name)" }
        return candidates.first(where: isExecutable)
    }

    private static func isExecutable(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
