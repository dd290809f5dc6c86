import Glibc

enum Directories {
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Creates the directory and those above it that are missing, for their owner alone (0700).
    static func create(_ path: String) throws(ConfigurationError) {
        if exists(path) { return }
        let above = parent(of: path)
        if above != path { try create(above) }
        guard mkdir(path, 0o700) == 0 || (errno == EEXIST && exists(path)) else {
            throw ConfigurationError([
                "The folder \(path) cannot be created: \(String(cString: strerror(errno))). "
                    + "Look at the permissions of \(above), or name another place."
            ])
        }
    }
}
