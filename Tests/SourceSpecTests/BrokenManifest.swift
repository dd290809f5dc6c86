@testable import SourceSpec

/// A manifest with a fault. A line of its own that ends in `^` shows where the diagnostic must point: the caret stands below
/// the column, and the line is taken out before the text is parsed.
struct BrokenManifest {
    var text: String
    var line: Int
    var column: Int

    init(_ marked: String) {
        var lines: [Substring] = []
        var (line, column) = (0, 0)
        for candidate in marked.split(separator: "\n", omittingEmptySubsequences: false) {
            let withoutCaret = candidate.dropLast()
            if candidate.last == "^", withoutCaret.allSatisfy({ $0 == " " }) {
                (line, column) = (lines.count, candidate.count)
            } else {
                lines.append(candidate)
            }
        }
        precondition(line > 0, "the fixture shows no place")
        (text, self.line, self.column) = (lines.joined(separator: "\n"), line, column)
    }

    /// A manifest of the http backend that is whole but for what is put into its one table.
    static func table(_ marked: String) -> BrokenManifest {
        BrokenManifest(
            """
            dsl_version: 3
            name: acme
            version: 1.0.0
            backend: http
            inputs:
              ACME_TOKEN: {kind: secret}
            base_url: https://acme.example
            tables:
              - name: items
                description: Items.
            """ + "\n" + marked)
    }

    func diagnostics() -> [ManifestDiagnostic] {
        do {
            _ = try ManifestParser.parse(text: text, file: "sources/acme/manifest.yaml")
            return []
        } catch {
            return error.all
        }
    }
}
