import Basics
package import Governance
import OnCallModel

extension ActionRunner {
    /// Posts a sentence about Sentinel itself to Slack; if that fails, as an issue on GitHub. False if neither accepted it.
    package func announce(_ notice: ServiceNotice) async -> Bool {
        let key = "service/\(Fingerprint(notice.text))"
        if await post(notice, key: key) { return true }
        let body = "\(IncidentIssue.marker(key))\n\n\(text.gitHubLine(notice.text, limit: 2000))\n"
        let title = "[Sentinel] " + text.gitHubLine(notice.text, limit: IncidentIssue.titleLimit - 11)
        let issue = IssueDraft(title: title, body: body, labels: IncidentIssue.labels)
        do {
            _ = try await issues.open(issue)
            return true
        } catch {
            return error.mayHaveHappened
        }
    }

    private func post(_ notice: ServiceNotice, key: String) async -> Bool {
        let line = text.slackLine(notice.text, limit: 2000)
        let message = SlackMessage(
            key: key, fallback: line, blocks: [BlockKit.section(line, id: BlockKit.blockID(key))])
        do {
            _ = try await slack.post(message)
            return true
        } catch {
            return error.mayHaveHappened
        }
    }
}

extension ActFault {
    /// The response was lost.
    fileprivate var mayHaveHappened: Bool { if case .unknown = outcome { true } else { false } }
}
