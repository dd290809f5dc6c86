package import OnCallModel

package enum ReportTemplate {
    /// The report that needs no language model.
    package static func report(of file: CaseFile, suspects: [Suspect], reason: String) -> Narrative {
        Narrative(text: "", author: .template(reason: reason))
    }
}
