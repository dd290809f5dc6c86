import Basics
import Governance
import OnCallModel

/// Opens the GitHub issue of an incident.
struct OpenIssue: Act {
    let context: ActContext
    let issues: GitHubIssues
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = issues.missing { return [missing] }
        guard let draft = draft(key: key) else { return ["The incident does not exist."] }
        return [issues.request(draft).preview]
    }

    func perform(_ approval: Approval) async -> Outcome {
        guard let draft = draft(key: approval.key) else {
            return .failed(reason: "The incident does not exist in the store.")
        }
        return await outcome { () async throws(ActFault) -> Outcome in
            let issue = try await issues.open(draft)
            return .done(detail: "Opened issue #\(issue.number).", reference: issue.address)
        }
    }

    func reconcile(_ approval: Approval) async -> Outcome {
        do throws(ActFault) {
            let marker = IncidentIssue.marker(approval.key)
            if let issue = try await issues.find(marker: marker, since: context.attemptedAt) {
                return .done(detail: "Opened issue #\(issue.number) (found by its marker).", reference: issue.address)
            }
            return .retry(reason: "The issue did not reach GitHub; it is sent again.", after: nil)
        } catch {
            return .unknown(
                reason: "Whether the issue was opened could not be determined: \(error.reason) Check the issues of "
                    + "\(issues.access.owner)/\(issues.access.repository); Sentinel does not open it again automatically."
            )
        }
    }

    private func draft(key: String) -> IssueDraft? {
        context.incident.map { IncidentIssue(incident: $0, loop: context.loop, text: text).draft(key: key) }
    }
}
