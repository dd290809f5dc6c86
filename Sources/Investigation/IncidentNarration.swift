package import Basics
package import Narration
package import OnCallModel

/// The report of an incident with a model's explanation. The cause, the recommended action and what is missing are always
/// Sentinel's own sentences; the model explains between them.
package struct IncidentNarration: Sendable {
    package let job: NarrationJob
    private let file: CaseFile
    private let suspects: [Suspect]

    package init(_ file: CaseFile, suspects: [Suspect], redaction: Redaction) {
        // Each complete text first, so that no truncation splits a secret.
        self.file = file.redacted(by: redaction)
        self.suspects = suspects.map { $0.redacted(by: redaction) }
        job = NarrationJob(
            .incident, headings: Array(ReportTemplate.headings.dropLast()),
            facts: CaseFacts.document(self.file, suspects: self.suspects),
            foreignMembers: CaseFacts.foreignMembers, redaction: redaction)
    }

    /// At most ten lines below four headings; nil if too little of the model's text is left.
    package func narrative(_ checked: CheckedText, model: String) -> Narrative? {
        guard !checked.isThin else { return nil }
        let body = { (place: Int, own: String) in
            checked.paragraphs[place].isEmpty ? own.firstLine : checked.paragraphs[place]
        }
        let cause = [ReportTemplate.verdict(file, suspects), checked.paragraphs[0]].filter { !$0.isEmpty }
        var action = ReportTemplate.action(file, suspects).split(separator: "\n").prefix(3).joined(separator: "\n")
        if !file.gaps.isEmpty { action += "\n\n" + ReportTemplate.missing(file).firstLine }
        let bodies = [
            cause.joined(separator: " "), body(1, ReportTemplate.whatHappened(file)),
            body(2, ReportTemplate.impact(file)),
            action,
        ]
        let text = ReportTemplate.sections(bodies)
        let check = "\(checked.count); their figures, times, names and hashes are in the facts."
        return Narrative(text: "\(text)\n\nExplained by \(model): \(check)\n", author: .model(model))
    }
}

extension String {
    fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? "" }
}
