package import OnCallModel

extension DigestDocument {
    /// The lines contain no markup of their own.
    package var markdown: String {
        var text = "# \(title)\n\n\(summary)\n"
        if !lead.isEmpty { text += "\n\(lead)\n" }
        for section in sections {
            text += "\n## \(section.heading)\n\n" + section.lines.map { "- \($0)\n" }.joined()
        }
        let missing = gaps + notes
        if !missing.isEmpty { text += "\n## Missing data\n\n" + missing.map { "- \($0)\n" }.joined() }
        return text
    }
}
