import Basics
import HTTPClient
import OnCallModel

/// Makes the executor of a kind.
struct ExecutorDesk: Sendable {
    let access: ProviderAccess
    let calls: ProviderCalls
    let issues: GitHubIssues
    let sleep: @Sendable (Span) async throws -> Void

    /// - Parameter context: the incident that records are written from.
    func executor(_ kind: ExecutorKind, _ context: ActContext) -> any Executor {
        let (gateways, github) = (access.gateways, GitHubAPI(issues: issues))
        return switch kind {
        case .litellmKey: LiteLLMKey(access: gateways, calls: calls)
        case .langfusePrompt: LangfusePrompt(access: gateways, calls: calls)
        case .launchDarklyFlag: LaunchDarklyFlag(access: gateways, calls: calls)
        case .githubDispatch: GitHubDispatch(github: github, sleep: sleep)
        case .githubCancel: GitHubCancel(github: github, sleep: sleep)
        case .githubRevert: GitHubRevert(github: github, incident: context.incident, text: calls.text)
        case .pagerDutyEvent: PagerDutyEvent(access: gateways, calls: calls, incident: context.incident?.summary)
        case .pagerDutyNote: PagerDutyNote(access: gateways, calls: calls, incident: context.incident)
        case .linearIssue: LinearIssue(access: gateways, calls: calls, incident: context.incident)
        case .githubIssue: GitHubIssue(issues: issues, incident: context.incident, text: calls.text)
        case .killFlag, .webhook: PartOfKill()
        }
    }
}

/// The flag and the webhook are part of every kill, and no executor of their own.
private struct PartOfKill: Executor {
    var missing: String? { "The kill flag and the webhook are part of every kill: kill the loop." }
    func prepare(_ draft: Execution) async throws(ActFault) -> Execution { throw .failed(missing ?? "") }
    func requests(_ execution: Execution, key: String) -> [HTTPRequest] { [] }
    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing { .open }
    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        throw .failed(missing ?? "")
    }
}
