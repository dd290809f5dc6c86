import YAML

/// Gathers what is wrong while a file is read to its end.
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

    func throwIfAny() throws(ManifestDiagnostics) {
        guard !diagnostics.isEmpty else { return }
        throw ManifestDiagnostics(diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    }

    /// The document, or a throw with the one place at which it stops being YAML.
    func document(_ text: String) throws(ManifestDiagnostics) -> YAMLNode {
        do {
            return try YAMLDocument.parse(text)
        } catch {
            report(error.mark, "", error.reason, error.remedy)
            throw ManifestDiagnostics(diagnostics)
        }
    }
}
