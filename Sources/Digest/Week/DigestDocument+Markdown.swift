package import OnCallModel

extension DigestDocument {
    /// The lines contain no markup of their own.
    package var markdown: String {
        var text = "# \(title)\n\n\(summary)\n"
        for section in sections {
            text += "\n## \(section.heading)\n\n" + section.lines.map { "- \($0)\n" }.joined()
        }
        if !gaps.isEmpty { text += "\n## Not read\n\n" + gaps.map { "- \($0)\n" }.joined() }
        return text
    }
}
