import FoundationEssentials

/// The sources that the user added, one folder each.
package struct OwnSources: Hashable, Sendable {
    package let folder: String

    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// A source of that name was added before; its folder.
        case exists(String)
        /// No source of that name was added.
        case unknown(String)
        /// A folder or file that cannot be written.
        case disk(String)

        package var description: String {
            switch self {
            case .exists(let folder): "\(folder) already exists. Replace it with --replace."
            case .unknown(let name): "no source \(name) was added. See `sentinel source list`."
            case .disk(let path): "\(path) could not be written. Check its owner, permissions and disk."
            }
        }
    }

    package init(folder: String) {
        self.folder = folder
    }

    /// The names of their folders.
    package var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The folder of a source, whatever the case of its name: schemas differ by more than that.
    package func folder(of name: String) -> String? {
        names.first { $0.lowercased() == name.lowercased() }.map { "\(folder)/\($0)" }
    }

    /// Writes the files of a source, all or none, and returns its folder.
    package func add(_ files: SourceFiles, replacing: Bool) throws(Fault) -> String {
        let known = folder(of: files.spec.name)
        if let known, !replacing { throw .exists(known) }
        let target = "\(folder)/\(files.spec.name)"
        let (fresh, old) = ("\(folder)/.\(files.spec.name).new", "\(folder)/.\(files.spec.name).old")
        do {
            for leftover in [fresh, old] where FileManager.default.fileExists(atPath: leftover) {
                try FileManager.default.removeItem(atPath: leftover)
            }
            for (path, bytes) in files.contents {
                let parent = path.lastIndex(of: "/").map { "\(fresh)/\(path[..<$0])" } ?? fresh
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                try Data(bytes).write(to: URL(filePath: "\(fresh)/\(path)"))
            }
            if let known { try FileManager.default.moveItem(atPath: known, toPath: old) }
            try FileManager.default.moveItem(atPath: fresh, toPath: target)
            if known != nil { try FileManager.default.removeItem(atPath: old) }
        } catch {
            throw .disk(target)
        }
        return target
    }

    /// Removes a source that was added, with all files of its folder.
    package func remove(_ name: String) throws(Fault) {
        guard !name.contains("/"), let known = folder(of: name) else { throw .unknown(name) }
        do {
            try FileManager.default.removeItem(atPath: known)
        } catch {
            throw .disk(known)
        }
    }
}
