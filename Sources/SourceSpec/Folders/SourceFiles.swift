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
        let overlay = SourceCatalog.overlay(in: folder)
        var files = ["manifest.yaml": manifest]
        files["overlay.yaml"] = overlay
        // Responses and their rows; other files in the folder are ignored.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/samples")) ?? []
        where name.hasSuffix(".json") || name.hasSuffix(".rows") {
            files["samples/\(name)"] = "\(folder)/samples/\(name)"
        }
        var contents: [String: [UInt8]] = [:]
        for (name, file) in files { contents[name] = try SourceCatalog.bytes(of: file, source: file) }
        let spec = try SourceCatalog.spec(manifest: manifest, overlay: overlay, source: manifest)
        return SourceFiles(spec: spec, contents: contents)
    }
}
