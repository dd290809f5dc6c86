import FoundationEssentials

/// The files of one source, read once: manifest, overlay and samples.
package struct SourceFiles: Sendable {
    package var spec: SourceSpec
    /// By path below the source's folder: `manifest.yaml`, `overlay.yaml`, `samples/issues.json`.
    package var contents: [String: [UInt8]]

    /// `path` is a manifest of any name, or a folder with a `manifest.yaml`.
    package static func read(_ path: String) throws(SourceProblem) -> SourceFiles {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw SourceProblem(source: path, file: path, reason: "\(path) does not exist.")
        }
        if isFolder { return try read(manifest: "\(path)/manifest.yaml", in: path) }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "" : String(path[..<$0]) } ?? "."
        return try read(manifest: path, in: folder)
    }

    private static func read(manifest: String, in folder: String) throws(SourceProblem) -> SourceFiles {
        var contents = ["manifest.yaml": try bytes(of: manifest)]
        let overlay = "\(folder)/overlay.yaml"
        let hasOverlay = FileManager.default.fileExists(atPath: overlay)
        if hasOverlay { contents["overlay.yaml"] = try bytes(of: overlay) }
        let spec = try SourceCatalog.spec(manifest: manifest, overlay: hasOverlay ? overlay : nil)
        for name in sampleNames(in: "\(folder)/samples") {
            contents["samples/\(name)"] = try bytes(of: "\(folder)/samples/\(name)")
        }
        return SourceFiles(spec: spec, contents: contents)
    }

    /// Answers and their rows, and nothing else that may lie there.
    private static func sampleNames(in folder: String) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return names.filter { $0.hasSuffix(".json") || $0.hasSuffix(".rows") }.sorted()
    }

    private static func bytes(of file: String) throws(SourceProblem) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SourceProblem(
                source: file, file: file, reason: "\(file) could not be read. Check its name, owner and permissions.")
        }
        return [UInt8](data)
    }
}
