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
        return [draft(key: key).map { issues.request($0).preview } ?? absence.reason]
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            guard let draft = draft(key: permission.key.text) else { throw absence }
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
            return .retry(reason: "The issue did not reach GitHub and is sent again.", after: .seconds(0))
        } catch {
            return .unknown(
                reason: "Could not check whether the issue was opened: \(error.reason) Check the issues of "
                    + "\(issues.access.owner)/\(issues.access.repository); Sentinel does not open it again by itself.")
        }
    }

    private var absence: ActFault { .failed("The incident is not in the store; there is no issue to open.") }

    private func draft(key: String) -> IssueDraft? {
        context.incident.map {
            IncidentIssue(incident: $0, loops: context.loops, lastScan: context.lastScanSentence, text: text).draft(
                key: key)
        }
    }
}
