/// The ways to act on the outside world that settings can name. The raw values are those of settings.json.
package enum ExecutorKind: String, CaseIterable, Hashable, Sendable, JSONConvertible {
    case killFlag = "kill_flag"
    case webhook
    case litellmKey = "litellm_key"
    case langfusePrompt = "langfuse_prompt"
    case launchDarklyFlag = "launchdarkly_flag"
    case githubDispatch = "github_dispatch"
    case githubCancel = "github_cancel"
    case githubRevert = "github_revert"
    case pagerDutyEvent = "pagerduty_event"
    case pagerDutyNote = "pagerduty_note"
    case linearIssue = "linear_issue"
    case githubIssue = "github_issue"

    /// What it is for.
    package enum Purpose: Hashable, Sendable {
        /// Part of every kill: the agent is asked to stop.
        case firstRung
        /// A step of the ladder: offered when the step before did not stop the agent.
        case rung
        /// A notice or a record: it stops nothing, and a person requests it.
        case record
    }

    package var purpose: Purpose {
        switch self {
        case .killFlag, .webhook: .firstRung
        case .litellmKey, .langfusePrompt, .launchDarklyFlag, .githubDispatch, .githubCancel, .githubRevert: .rung
        case .pagerDutyEvent, .pagerDutyNote, .linearIssue, .githubIssue: .record
        }
    }

    /// The members that a row of this kind must have.
    package var requiredMembers: [String] {
        switch self {
        case .killFlag, .webhook, .githubRevert, .githubIssue: []
        case .litellmKey: ["key"]
        case .langfusePrompt: ["prompt"]
        case .launchDarklyFlag: ["project", "flag", "environment"]
        case .githubDispatch, .githubCancel: ["workflow"]
        case .pagerDutyEvent: ["event"]
        case .pagerDutyNote: ["from"]
        case .linearIssue: ["team"]
        }
    }

    /// The members that it may have besides.
    package var optionalMembers: [String] {
        switch self {
        case .killFlag, .litellmKey, .launchDarklyFlag, .pagerDutyEvent, .pagerDutyNote, .linearIssue, .githubIssue: []
        case .webhook: ["url"]
        case .langfusePrompt: ["label"]
        case .githubDispatch: ["branch", "input", "repository"]
        case .githubCancel: ["repository"]
        case .githubRevert: ["branch", "repository"]
        }
    }

    /// Whether another request takes its effect back.
    package var hasUndo: Bool {
        switch self {
        case .litellmKey, .langfusePrompt, .launchDarklyFlag: true
        case .killFlag, .webhook, .githubDispatch, .githubCancel, .githubRevert, .pagerDutyEvent, .pagerDutyNote,
            .linearIssue, .githubIssue:
            false
        }
    }
}
