import YAML

/// Collects the problems of a file, which is read to its end.
final class DiagnosticLog {
    private let file: String
    private let lines: [Substring]
    private(set) var diagnostics: [ManifestDiagnostic] = []
    private var known: Set<ManifestDiagnostic> = []

    init(text: String, file: String) {
        self.file = file
        lines = text.split(omittingEmptySubsequences: false) { YAMLDocument.lineBreaks.contains($0) }
    }

    func report(_ mark: Mark, _ path: String, _ reason: String, _ remedy: String) {
        let diagnostic = ManifestDiagnostic(
            file: file, line: mark.line, column: mark.column,
            lineText: lines.indices.contains(mark.line - 1) ? String(lines[mark.line - 1]) : "", path: path,
            reason: reason, remedy: remedy)
        if known.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
    }

    func report(_ item: ManifestNode, _ reason: String, _ remedy: String) {
        report(item.node.mark, item.path, reason, remedy)
    }

    func throwIfAny() throws(ManifestDiagnostics) {
        guard !diagnostics.isEmpty else { return }
        throw ManifestDiagnostics(diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    }

    /// The top-level mapping of the document. Throws the position at which the text is not valid YAML, or no mapping.
    func fields(of text: String) throws(ManifestDiagnostics) -> MappingReader {
        do {
            if let fields = MappingReader(ManifestNode(node: try YAMLDocument.parse(text), path: ""), self) {
                return fields
            }
        } catch {
            report(error.mark, "", error.reason, error.remedy)
        }
        throw ManifestDiagnostics(diagnostics)
    }
}
