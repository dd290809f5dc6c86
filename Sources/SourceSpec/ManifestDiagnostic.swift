/// One problem of a manifest or an overlay, with its position.
package struct ManifestDiagnostic: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// Lines and columns count from 1; columns are characters.
    package var line: Int
    package var column: Int
    /// The text of that line.
    package var lineText: String
    /// The path in the document: `tables[0].pagination`; empty for the whole document.
    package var path: String
    /// Without a full stop.
    package var reason: String
    /// What to do, as a sentence.
    package var remedy: String

    package var description: String {
        "\(file):\(line):\(column): \(path.isEmpty ? "" : path + ": ")\(reason). \(remedy)"
    }

    /// With the line itself and a caret below the position.
    package var illustrated: String {
        let indentation = String(lineText.prefix(column - 1).map { $0 == "\t" ? $0 : " " })
        return "\(description)\n    \(lineText)\n    \(indentation)^"
    }
}

/// All problems of one file, in the order of its lines. Never empty.
package struct ManifestDiagnostics: Error, Hashable, Sendable, CustomStringConvertible {
    package var all: [ManifestDiagnostic]

    package init(_ all: [ManifestDiagnostic]) {
        self.all = all
    }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}
