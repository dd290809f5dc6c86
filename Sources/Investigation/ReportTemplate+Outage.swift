package import Basics
package import OnCallModel

extension ReportTemplate {
    /// The report on a source or a job that is down. No commit is suspected of it.
    package static func outage(of finding: Finding, redaction: Redaction = Redaction()) -> String {
        let facts = finding.facts.outage ?? OutageFacts()
        let name = safe(finding.subject, limit: 80)
        func clean(_ text: String) -> String { safe(redaction.apply(to: text), limit: 600) }
        let happened = "\(clean(finding.description)) It started at \(finding.onset.iso8601Seconds)."
        let cause = facts.reason.isEmpty ? "Not known." : clean(facts.reason)
        let impact = "What depends on \(name) is not detected, or is reported with partial data."
        let remedy =
            switch facts.part {
            case .source: "1. Run `sentinel doctor`, and check the provider's status page and the key of \(name)."
            case .job: "1. Run `sentinel doctor`, and restart the agent."
            }
        return zip(headings, [happened, cause, impact, remedy]).map { "## \($0)\n\n\($1)" }
            .joined(separator: "\n\n") + "\n"
    }
}
