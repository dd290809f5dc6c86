import FoundationEssentials

/// A folder of `sources/` that could not be taken up, and why.
package struct SourceProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder's name.
    package var source: String
    package var file: String
    package var diagnostics: [ManifestDiagnostic] = []
    /// Set where the file could not even be read.
    package var reason: String?

    package var description: String {
        reason ?? diagnostics.map(\.description).joined(separator: "\n")
    }
}

/// Where a source was read from.
package struct SourceOrigin: Hashable, Sendable {
    /// The folder of its manifest.
    package var folder: String
    /// The user added it; the others are shipped.
    package var isOwn: Bool
    /// The folder of the shipped source of the same name, which is not read.
    package var hidden: String?
}

/// All sources of a directory. One that is broken is a problem to be shown; the others keep working.
package struct SourceCatalog: Hashable, Sendable {
    package var specs: [SourceSpec]
    package var problems: [SourceProblem] = []
    /// By the name of the source.
    package var origins: [String: SourceOrigin] = [:]

    package subscript(name: String) -> SourceSpec? { specs.first { $0.name == name } }

    /// Reads `<directory>/<name>/manifest.yaml` and the `overlay.yaml` beside it, in the order of their names; then the
    /// sources that the user added, each in the place of a shipped one of its name. `own` need not be there.
    package static func load(directory: String, own: String? = nil) -> SourceCatalog {
        guard let names = names(in: directory) else {
            let reason = "The folder of the sources, \(directory), cannot be read. Name another with --sources."
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

    /// The folders in it that hold a manifest; nil where it cannot be read.
    private static func names(in directory: String) -> [String]? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
        return names?.filter {
            !$0.hasPrefix(".") && FileManager.default.fileExists(atPath: "\(directory)/\($0)/manifest.yaml")
        }.sorted()
    }

    private mutating func take(_ name: String, in directory: String, isOwn: Bool) {
        let folder = "\(directory)/\(name)"
        let overlay = "\(folder)/overlay.yaml"
        do throws(SourceProblem) {
            let hasOverlay = FileManager.default.fileExists(atPath: overlay)
            let spec = try Self.spec(
                manifest: "\(folder)/manifest.yaml", overlay: hasOverlay ? overlay : nil, folder: name)
            let known = specs.firstIndex { $0.name.lowercased() == spec.name.lowercased() }
            if let known, !isOwn || origins[specs[known].name]?.isOwn == true {
                throw SourceProblem(
                    source: name, file: "\(folder)/manifest.yaml",
                    reason: "\(folder)/manifest.yaml: another source is named \"\(specs[known].name)\". "
                        + "Rename one of the two.")
            }
            let hidden = known.map { specs.remove(at: $0) }.flatMap { origins.removeValue(forKey: $0.name) }
            specs.append(spec)
            origins[spec.name] = SourceOrigin(folder: folder, isOwn: isOwn, hidden: hidden?.folder)
        } catch {
            problems.append(error)
        }
    }

    /// Reads one manifest alone.
    package static func manifest(_ file: String) throws(SourceProblem) -> SourceSpec {
        try spec(manifest: file, overlay: nil)
    }

    /// Reads one manifest, with its overlay where there is one.
    static func spec(
        manifest file: String, overlay: String?, folder: String? = nil
    ) throws(SourceProblem) -> SourceSpec {
        let name = folder ?? file
        let text = try contents(of: file, source: name)
        var spec: SourceSpec
        do {
            spec = try ManifestParser.parse(text: text, file: file)
        } catch {
            throw SourceProblem(source: name, file: file, diagnostics: error.all)
        }
        guard let overlay else { return spec }
        let overlayText = try contents(of: overlay, source: name)
        do {
            spec.overlay = try OverlayParser.parse(text: overlayText, file: overlay, for: spec)
        } catch {
            throw SourceProblem(source: name, file: overlay, diagnostics: error.all)
        }
        return spec
    }

    private static func contents(of file: String, source: String) throws(SourceProblem) -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SourceProblem(
                source: source, file: file, reason: "\(file) cannot be read. Look at its owner and permissions.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SourceProblem(source: source, file: file, reason: "\(file) is not UTF-8 text. Save it as UTF-8.")
        }
        return text
    }
}
