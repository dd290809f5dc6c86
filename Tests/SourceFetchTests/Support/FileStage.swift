import Basics
import FoundationEssentials
import Glibc
import SourceFetch
import TestSupport

@testable import SourceSpec

/// A folder with files, and a scanner that reads them.
struct FileStage {
    let folder = TemporaryFolder()

    /// Writes a file, with the folders that it lies in.
    func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        let full = "\(folder.path)/\(path)"
        let parent = full.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: full))
    }

    func link(_ path: String, to target: String) {
        symlink(target, "\(folder.path)/\(path)")
    }

    /// Reads a table of the manifest whose one table is completed by `rest`; `{{folder}}` stands for the folder.
    func read(
        _ rest: String, backend: String = "file", filters: [String: Value] = [:], limit: Int? = nil,
        inputs: [String: String] = [:]
    ) async throws -> (rows: [[Value]], outcome: ScanOutcome) {
        let spec = try source(rest, backend: backend)
        let pages = Lock<[[Value]]>([])
        let outcome = try await scanner(inputs).scan(
            Scan(source: spec, table: spec.tables[0], filters: filters, rowLimit: limit)
        ) { page in
            pages.withLock { $0 += page.rows }
            return .more
        }
        return (pages.withLock { $0 }, outcome)
    }

    func scanner(_ inputs: [String: String] = [:]) -> FileScanner {
        FileScanner(inputs: { [home = folder.path] name in inputs[name] ?? (name == "HOME" ? home : nil) })
    }

    func source(_ rest: String, backend: String = "file") throws -> SourceSpec {
        let lines = rest.replacing("{{folder}}", with: folder.path).split(separator: "\n").map { "    " + $0 }
        return try ManifestParser.parse(
            text:
                "dsl_version: 3\nname: disk\nversion: 1.0.0\nbackend: \(backend)\ninputs: {DISK_PLACE: {kind: variable, required: false}}\n"
                + "tables:\n  - name: rows\n    description: Rows.\n" + lines.joined(separator: "\n"),
            file: "manifest.yaml")
    }
}
