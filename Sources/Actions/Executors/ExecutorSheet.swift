package import OnCallModel

/// What a person should know of an executor before it is configured: one row of docs/ACTIONS.md.
package struct ExecutorSheet: Hashable, Sendable {
    package var effect: String
    /// The variables and rights that it needs.
    package var needs: String
    /// When nothing is sent: what follows "Nothing is sent if".
    package var precondition: String
    package var proof: String
    package var undo: String
    /// Why its effect happens once.
    package var once: String

    package static func of(_ kind: ExecutorKind) -> ExecutorSheet {
        switch kind {
        case .killFlag:
            ExecutorSheet(
                effect: "The agent reads at `GET /v1/kill` that it must stop", needs: "nothing; the agent polls it",
                precondition: "the agent does not poll, and no webhook is configured",
                proof: "the trace takes no further step", undo: "none", once: "a flag is set or it is not")
        case .webhook:
            ExecutorSheet(
                effect: "A signed request asks the agent to stop",
                needs: "`AGENT_KILL_SECRET`; `url` or `AGENT_KILL_URL`",
                precondition: "the secret is missing", proof: "the trace takes no further step", undo: "none",
                once: "`Idempotency-Key`; after a crash it is not sent again")
        case .litellmKey:
            ExecutorSheet(
                effect: "The LiteLLM proxy refuses calls with the agent's virtual key",
                needs: "`LITELLM_BASE_URL`; `LITELLM_ADMIN_KEY` of a proxy admin",
                precondition: "the key is blocked already", proof: "`GET /key/info`, then the trace",
                undo: "unblocks the key", once: "the key is read back")
        case .langfusePrompt:
            ExecutorSheet(
                effect: "The label of a prompt moves to the version before",
                needs: "`LANGFUSE_PUBLIC_KEY`, `LANGFUSE_SECRET_KEY` of the project",
                precondition: "the label is on another version than at the request",
                proof: "`GET /v2/prompts/{name}?label=`, then the trace", undo: "moves the label back",
                once: "the label is read back")
        case .launchDarklyFlag:
            ExecutorSheet(
                effect: "A feature flag is off in one environment",
                needs: "`LAUNCHDARKLY_API_KEY` with the action `updateOn`", precondition: "the flag is off already",
                proof: "`GET /api/v2/flags/…`, then the trace", undo: "turns the flag on", once: "the flag is read back"
            )
        case .githubDispatch:
            ExecutorSheet(
                effect: "A workflow runs on a branch", needs: "`GITHUB_TOKEN` with Actions: write",
                precondition: "the workflow is not active",
                proof: "a run with the act's key in its name (`run-name: … ${{ inputs.sentinel_id }}`), then the trace",
                undo: "none", once: "the run is looked up; one that is not found is asked of the operator")
        case .githubCancel:
            ExecutorSheet(
                effect: "The running run of a workflow is cancelled", needs: "`GITHUB_TOKEN` with Actions: write",
                precondition: "the run has ended", proof: "the run is completed, then the trace", undo: "none",
                once: "a run is cancelled once")
        case .githubRevert:
            ExecutorSheet(
                effect: "A draft pull request gives the files of the suspect commit their earlier content",
                needs: "`GITHUB_TOKEN` with Contents: write and Pull requests: write",
                precondition: "a file of the commit changed since", proof: "the pull request is there, then the trace",
                undo: "close the pull request", once: "the branch `sentinel/revert-SHA` is looked up")
        case .pagerDutyEvent:
            ExecutorSheet(
                effect: "An alert is triggered, acknowledged or resolved",
                needs: "`PAGERDUTY_ROUTING_KEY` of a service",
                precondition: "the routing key is missing", proof: "PagerDuty accepted the event",
                undo: "another row with `resolve`", once: "one `dedup_key` for each incident")
        case .pagerDutyNote:
            ExecutorSheet(
                effect: "The cause is added to the PagerDuty incident as a note",
                needs: "`PAGERDUTY_TOKEN` with write access; `from`, a user's address",
                precondition: "the note is there already", proof: "the note is read back", undo: "none",
                once: "the note has the act's key")
        case .linearIssue:
            ExecutorSheet(
                effect: "An issue with the report is created", needs: "`LINEAR_API_KEY` with write access; `team`",
                precondition: "the issue is there already", proof: "the issue is read back", undo: "none",
                once: "the issue's id is made from the act's key")
        case .githubIssue:
            ExecutorSheet(
                effect: "An issue about a task that is left is created", needs: "`GITHUB_TOKEN` with Issues: write",
                precondition: "the issue is there already", proof: "GitHub returned its number", undo: "none",
                once: "its body has the act's key")
        }
    }
}
