import Basics
import FoundationEssentials
import SourceSpec

/// `sentinel source lint FILE`: lists every problem of a manifest with its line.
enum SourceLint {
    static func run(_ path: String, _ format: OutputFormat) throws -> ExitStatus {
        do throws(SourceProblem) {
            let spec = try SourceFiles.lint(path)
            let count = spec.tables.count + spec.functions.count
            Output.line(
                format == .json
                    ? "[]"
                    : "\(path): \(spec.name) \(spec.version), \(count) table\(count == 1 ? "" : "s"), no problems"
            )
            return .done
        } catch {
            guard error.reason == nil else { throw Failure("\(error)") }
            if format == .json { Output.line(JSONValue.array(error.diagnostics.map(\.json)).serialized) }
            for diagnostic in error.diagnostics where format == .table { Output.complain("\(diagnostic)") }
            return .failed
        }
    }
}

extension SourceFiles {
    /// Reads a manifest alone, or a folder with its overlay and samples.
    fileprivate static func lint(_ path: String) throws(SourceProblem) -> SourceSpec {
        var isFolder = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return isThere && !isFolder ? try SourceCatalog.manifest(path) : try read(path).spec
    }
}

extension ManifestDiagnostic {
    fileprivate var json: JSONValue {
        .fields([
            "file": .string(file), "line": JSONValue(line), "column": JSONValue(column), "path": .string(path),
            "reason": .string(reason), "remedy": .string(remedy),
        ])
    }
}
