import Glibc

/// Finds programs as a shell does.
package enum ExecutableSearch {
    /// The first executable file of that name in the folders of `path`, which colons separate. A name with a slash is
    /// a path already. Empty folders, which would mean the working directory, are passed over.
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
