import FoundationEssentials

/// A folder of `sources/` that could not be loaded, and why.
package struct SourceProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder's name.
    package var source: String
    package var file: String
    package var diagnostics: [ManifestDiagnostic] = []
    /// Set if the file could not be read at all.
    package var reason: String?

    package var description: String {
        reason ?? diagnostics.map(\.description).joined(separator: "\n")
    }
}

/// Where a source was read from.
package struct SourceOrigin: Hashable, Sendable {
    /// The folder of its manifest.
    package var folder: String
    /// True if the user added it; false if it is shipped.
    package var isOwn: Bool
    /// The folder of the shipped source that it replaces.
    package var hidden: String?
}

/// All sources of a directory. A broken source is listed in `problems`; the others keep working.
package struct SourceCatalog: Hashable, Sendable {
    package var specs: [SourceSpec]
    package var problems: [SourceProblem] = []
    /// By the name of the source.
    package var origins: [String: SourceOrigin] = [:]
    /// The names of all inputs with `kind: secret`, those of replaced sources included. Their values must be redacted.
    package private(set) var secretNames: Set<String> = []

    package subscript(name: String) -> SourceSpec? { specs.first { $0.name == name } }

    /// Reads `<directory>/<name>/manifest.yaml` and the `overlay.yaml` beside it, ordered by name, then the sources that
    /// the user added. An added source replaces a shipped one of the same name. `own` may be missing.
    package static func load(directory: String, own: String? = nil) -> SourceCatalog {
        guard let names = names(in: directory) else {
            let reason = "The sources folder \(directory) could not be read. Set another one with --sources."
            return SourceCatalog(specs: [], problems: [SourceProblem(source: "", file: directory, reason: reason)])
        }
        var catalog = SourceCatalog(specs: [])
        for name in names { catalog.take(name, in: directory, isOwn: false) }
        if let own {
            for name in Self.names(in: own) ?? [] { catalog.take(name, in: own, isOwn: true) }
            catalog.specs.sort { $0.name < $1.name }
        }
        return catalog
    }

    /// The folders in `directory` that have a manifest; nil if it could not be read.
    private static func names(in directory: String) -> [String]? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
        return names?.filter {
            !$0.hasPrefix(".") && FileManager.default.fileExists(atPath: "\(directory)/\($0)/manifest.yaml")
        }.sorted()
    }

    private mutating func take(_ name: String, in directory: String, isOwn: Bool) {
        let folder = "\(directory)/\(name)"
        do throws(SourceProblem) {
            let spec = try Self.spec(
                manifest: "\(folder)/manifest.yaml", overlay: Self.overlay(in: folder), source: name)
            let known = specs.firstIndex { $0.name.lowercased() == spec.name.lowercased() }
            if let known, !isOwn || origins[specs[known].name]?.isOwn == true {
                throw SourceProblem(
                    source: name, file: "\(folder)/manifest.yaml",
                    reason: "\(folder)/manifest.yaml: another source is already named \"\(specs[known].name)\". "
                        + "Rename one of the two.")
            }
            let hidden = known.map { specs.remove(at: $0) }.flatMap { origins.removeValue(forKey: $0.name) }
            specs.append(spec)
            secretNames.formUnion(spec.secretNames)
            origins[spec.name] = SourceOrigin(folder: folder, isOwn: isOwn, hidden: hidden?.folder)
        } catch {
            problems.append(error)
        }
    }

    /// Reads one manifest alone.
    package static func manifest(_ file: String) throws(SourceProblem) -> SourceSpec {
        try spec(manifest: file, overlay: nil, source: file)
    }

    static func overlay(in folder: String) -> String? {
        let overlay = "\(folder)/overlay.yaml"
        return FileManager.default.fileExists(atPath: overlay) ? overlay : nil
    }

    /// Reads one manifest, with its overlay if there is one.
    static func spec(manifest: String, overlay: String?, source: String) throws(SourceProblem) -> SourceSpec {
        var spec = try parsed(manifest, of: source) { text throws(ManifestDiagnostics) in
            try ManifestParser.parse(text: text, file: manifest)
        }
        guard let overlay else { return spec }
        spec.overlay = try parsed(overlay, of: source) { [spec] text throws(ManifestDiagnostics) in
            try OverlayParser.parse(text: text, file: overlay, for: spec)
        }
        return spec
    }

    private static func parsed<Result>(
        _ file: String, of source: String, _ parse: (String) throws(ManifestDiagnostics) -> Result
    ) throws(SourceProblem) -> Result {
        guard let text = String(validating: try bytes(of: file, source: source), as: UTF8.self) else {
            throw SourceProblem(source: source, file: file, reason: "\(file) is not UTF-8 text. Save it as UTF-8.")
        }
        do {
            return try parse(text)
        } catch {
            throw SourceProblem(source: source, file: file, diagnostics: error.all)
        }
    }

    static func bytes(of file: String, source: String) throws(SourceProblem) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SourceProblem(
                source: source, file: file,
                reason: "\(file) could not be read. Check its name, owner and permissions.")
        }
        return [UInt8](data)
    }
}
