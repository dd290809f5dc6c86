import Basics
import Governance
import OnCallModel

/// Comments on the GitHub issue of an incident: news that Slack does not take.
struct CommentIssue: Act {
    let news: String
    let context: ActContext
    let issues: GitHubIssues
    let text: OutgoingText

    func requests(key: String) -> [String] {
        if let missing = issues.missing { return [missing] }
        guard let issue else { return [absence.reason] }
        return [issues.commentRequest(body(key: key), on: issue).preview]
    }

    func perform(_ permission: Permission) async -> Outcome {
        await outcome { () async throws(ActFault) -> Outcome in
            guard let issue else { throw absence }
            let address = try await issues.comment(body(key: permission.key.text), on: issue)
            return .done(detail: "Commented on issue #\(issue).", reference: address)
        }
    }

    func reconcile(_ permission: Permission) async -> Outcome {
        do throws(ActFault) {
            guard let issue else { throw absence }
            let marker = IncidentIssue.marker(permission.key.text)
            if let address = try await issues.findComment(marker: marker, on: issue, since: context.attemptedAt) {
                return .done(detail: "Commented on issue #\(issue) (found on GitHub).", reference: address)
            }
            return .retry(reason: "The comment did not reach GitHub and is sent again.", after: .seconds(0))
        } catch {
            return .unknown(
                reason: "Could not check whether the comment was written: \(error.reason) Check the incident's issue; "
                    + "Sentinel does not comment again by itself.")
        }
    }

    /// The marker comes first, so that no text before it can turn it into code.
    private func body(key: String) -> String {
        "\(IncidentIssue.marker(key))\n\n\(text.gitHubLine(news, limit: 2000))\n\n"
            + "Sentinel: \(text.gitHubLine(context.lastScanSentence, limit: 100)).\n"
    }

    /// The number of the incident's issue: the end of its address.
    private var issue: Int? {
        context.incidentIssue?.reference.flatMap { $0.split(separator: "/").last }.flatMap { Int($0) }
    }

    private var absence: ActFault {
        guard let act = context.incidentIssue, act.state != .failed else {
            return .failed("The incident has no issue on GitHub to comment on.")
        }
        return .retry("The incident's issue is not opened yet.")
    }
}
