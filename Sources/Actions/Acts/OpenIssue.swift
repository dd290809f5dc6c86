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
        guard let draft = draft(key: key) else { return ["The incident is missing; no issue to open."] }
        return [issues.request(draft).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        guard let draft = draft(key: permission.key.text) else {
            return .failed(reason: "The incident is not in the store; no issue was opened.")
        }
        return await outcome { () async throws(ActFault) -> Outcome in
            let issue = try await issues.open(draft)
            return .done(detail: "Opened issue #\(issue.number).", reference: issue.address)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        do throws(ActFault) {
            let marker = IncidentIssue.marker(permission.key.text)
            if let issue = try await issues.find(marker: marker, since: context.attemptedAt) {
                return .done(detail: "Opened issue #\(issue.number) (found on GitHub).", reference: issue.address)
            }
            return .retry(reason: "The issue did not reach GitHub and is sent again.", after: nil)
        } catch {
            return .unknown(
                reason: "Could not check whether the issue was opened: \(error.reason) Check the issues of "
                    + "\(issues.access.owner)/\(issues.access.repository); Sentinel does not open it again by itself.")
        }
    }

    private func draft(key: String) -> IssueDraft? {
        context.incident.map { IncidentIssue(incident: $0, loop: context.loop, text: text).draft(key: key) }
    }
}
