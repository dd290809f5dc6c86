import Basics
import Glibc
import SourceSpec

/// One file of a table, with the values from its path.
struct TableFile: Sendable {
    var path: String
    var fixed: [(place: Int, value: Value)]
    var warnings: Int
}

/// Finds the files of a table below its location. A link out of the location is an error.
struct FileListing {
    private let plan: FilePlan
    private let glob: GlobPattern
    private var found: [(path: String, names: [String])] = []
    private static let maximum = 100_000

    private init(_ plan: FilePlan) {
        self.plan = plan
        glob = GlobPattern(plan.file.glob)
    }

    /// In the order of their paths.
    static func files(of plan: FilePlan) throws(SourceError) -> [TableFile] {
        if plan.columns.isImpossible { return [] }
        var listing = FileListing(plan)
        let root = try listing.root()
        var status = stat()
        guard stat(root, &status) == 0 else { throw plan.error(FileFault(path: root, code: errno)) }
        if status.st_mode & S_IFMT == S_IFDIR {
            try listing.walk(root)
        } else {
            listing.found = [(root, [root.split(separator: "/").last.map(String.init) ?? root])]
        }
        return listing.found.sorted { $0.names.lexicographicallyPrecedes($1.names) }.map { path, names in
            let (fixed, warnings) = plan.columns.values(of: names)
            return TableFile(path: path, fixed: fixed, warnings: warnings)
        }
    }

    /// The location with its links followed.
    private func root() throws(SourceError) -> String {
        guard let real = Self.real(plan.location) else {
            throw plan.error(FileFault(path: plan.location, code: errno))
        }
        return real
    }

    private mutating func walk(_ root: String) throws(SourceError) {
        var folders: [[String]] = [[]]
        while let folder = folders.popLast() {
            let path = ([root] + folder).joined(separator: "/")
            for name in try names(in: path, isRoot: folder.isEmpty) {
                let (inner, place) = ("\(path)/\(name)", folder + [name])
                var status = stat()
                // A file may be deleted while its folder is read.
                guard lstat(inner, &status) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR:
                    if glob.mayMatch(below: place), plan.columns.mayHoldWanted(below: place) { folders.append(place) }
                case S_IFREG: if glob.matches(place) { try add(inner, place) }
                case S_IFLNK: try follow(inner, place, root)
                default: break
                }
            }
        }
    }

    /// A link to a file is read, unless the file itself is listed. A link to a folder is not followed.
    private mutating func follow(_ link: String, _ place: [String], _ root: String) throws(SourceError) {
        guard let target = Self.real(link) else { return }
        var status = stat()
        guard stat(target, &status) == 0 else { return }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder ? glob.mayMatch(below: place) : glob.matches(place) else { return }
        let start = root == "/" ? root : root + "/"
        guard target == root || target.hasPrefix(start) else {
            throw plan.error(
                .refusedByProvider, link,
                "\(plan.secrets.mask(link)) is a link to a file outside of \(plan.secrets.mask(root)).",
                "Remove the link, or declare a table for its target.")
        }
        guard !isFolder, status.st_mode & S_IFMT == S_IFREG else { return }
        let own = target.dropFirst(start.count).split(separator: "/").map(String.init)
        if !glob.matches(own) { try add(target, place) }
    }

    private mutating func add(_ path: String, _ names: [String]) throws(SourceError) {
        guard plan.columns.holdsWanted(names) else { return }
        guard found.count < Self.maximum else {
            throw plan.error(
                .tooMuch, plan.location, "more than \(Self.maximum) files match \(plan.file.glob).",
                "Use a narrower glob, or a partition in WHERE.")
        }
        found.append((path, names))
    }

    private func names(in folder: String, isRoot: Bool) throws(SourceError) -> [String] {
        guard let stream = opendir(folder) else {
            let fault = FileFault(path: folder, code: errno)
            if fault.code == FilePlan.noSuchFile, !isRoot { return [] }
            throw plan.error(fault)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // The record is shorter than its type, as long as its name, so it is read in place.
            let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
