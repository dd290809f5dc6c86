import FoundationEssentials

/// A folder of `sources/` that could not be taken up, and why.
package struct SourceProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder's name.
    package var source: String
    package var file: String
    package var diagnostics: [ManifestDiagnostic]
    /// Set where the file could not even be read.
    package var reason: String?

    package init(source: String, file: String, diagnostics: [ManifestDiagnostic] = [], reason: String? = nil) {
        self.source = source
        self.file = file
        self.diagnostics = diagnostics
        self.reason = reason
    }

    package var description: String {
        reason ?? diagnostics.map(\.description).joined(separator: "\n")
    }
}

/// All sources of a directory. One that is broken is a problem to be shown; the others keep working.
package struct SourceCatalog: Hashable, Sendable {
    package var specs: [SourceSpec]
    package var problems: [SourceProblem]

    package init(specs: [SourceSpec], problems: [SourceProblem] = []) {
        self.specs = specs
        self.problems = problems
    }

    package subscript(name: String) -> SourceSpec? { specs.first { $0.name == name } }

    /// Reads `<directory>/<name>/manifest.yaml` and the `overlay.yaml` beside it, in the order of their names.
    package static func load(directory: String) -> SourceCatalog {
        var catalog = SourceCatalog(specs: [])
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            let reason = "The folder of the sources, \(directory), cannot be read. Name another with --sources."
            return SourceCatalog(specs: [], problems: [SourceProblem(source: "", file: directory, reason: reason)])
        }
        for name in names where FileManager.default.fileExists(atPath: "\(directory)/\(name)/manifest.yaml") {
            do throws(SourceProblem) {
                let spec = try read(name, in: directory)
                if catalog[spec.name] != nil {
                    throw SourceProblem(
                        source: name, file: "\(directory)/\(name)/manifest.yaml",
                        reason: "\(directory)/\(name)/manifest.yaml: another source is named \"\(spec.name)\". "
                            + "Rename one of the two.")
                }
                catalog.specs.append(spec)
            } catch {
                catalog.problems.append(error)
            }
        }
        return catalog
    }

    private static func read(_ name: String, in directory: String) throws(SourceProblem) -> SourceSpec {
        let file = "\(directory)/\(name)/manifest.yaml"
        let overlay = "\(directory)/\(name)/overlay.yaml"
        let text = try contents(of: file, source: name)
        var spec: SourceSpec
        do {
            spec = try ManifestParser.parse(text: text, file: file)
        } catch {
            throw SourceProblem(source: name, file: file, diagnostics: error.all)
        }
        guard FileManager.default.fileExists(atPath: overlay) else { return spec }
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
