import Basics

/// GitHub's commits, runs and issues as its REST API writes them.
extension GitHubRows {
    // MARK: commits

    static func row(_ commit: SandboxCommit, withFiles: Bool = false) -> JSONValue {
        let person: JSONValue = object(
            name: commit.author, email: "\(commit.author)@acme.example", date: commit.date.iso8601Seconds)
        return .fields([
            "sha": .string(commit.sha), "commit": object(author: person, committer: person, message: commit.message),
            "url": .string("\(api)/commits/\(commit.sha)"), "html_url": .string("\(site)/commit/\(commit.sha)"),
            "author": object(login: commit.author), "committer": object(login: commit.author), "parents": [],
            "files": withFiles ? .array(commit.files.map(row)) : nil,
        ])
    }

    // MARK: runs

    static func row(_ run: SandboxRun) -> JSONValue {
        let address = "\(api)/actions/runs/\(run.id)"
        return object(
            id: run.id, node_id: "WFR_\(run.id)", name: run.name, run_number: run.number, run_attempt: 1,
            workflow_id: run.workflow, check_suite_id: run.checkSuite, display_title: run.title ?? run.name,
            head_branch: run.branch,
            head_sha: run.sha, path: ".github/workflows/\(run.workflowFile)", event: run.event, status: run.status,
            conclusion: run.conclusion, actor: user(run.actor), triggering_actor: user(run.actor),
            created_at: time(run.created), updated_at: time(run.updated), run_started_at: time(run.created),
            pull_requests: emptyList, html_url: "\(site)/actions/runs/\(run.id)", url: address,
            jobs_url: "\(address)/jobs", logs_url: "\(address)/logs", artifacts_url: "\(address)/artifacts",
            workflow_url: "\(api)/actions/workflows/\(run.workflow)")
    }

    static func row(_ job: GitHubActions.Job, of run: SandboxRun) -> JSONValue {
        let status = job.completed == nil ? "in_progress" : "completed"
        let step: JSONValue = object(
            name: "Run \(job.name)", number: 1, status: status, conclusion: job.conclusion,
            started_at: time(job.started), completed_at: time(job.completed))
        return object(
            id: job.id, node_id: "CR_\(job.id)", run_id: run.id, run_attempt: 1, workflow_name: run.name,
            name: job.name, head_branch: run.branch, head_sha: run.sha, status: status, conclusion: job.conclusion,
            created_at: time(run.created), started_at: time(job.started), completed_at: time(job.completed),
            steps: [step], labels: ["ubuntu-latest"], runner_id: 12, runner_name: "GitHub Actions 12",
            runner_group_id: 0, runner_group_name: "GitHub Actions", url: "\(api)/actions/jobs/\(job.id)",
            run_url: "\(api)/actions/runs/\(run.id)", html_url: "\(site)/actions/runs/\(run.id)/job/\(job.id)",
            check_run_url: "\(api)/check-runs/\(job.id)")
    }

    /// The same job as a check of its commit.
    static func checkRow(_ job: GitHubActions.Job, of run: SandboxRun) -> JSONValue {
        let address = "\(api)/check-runs/\(job.id)"
        return object(
            id: job.id, node_id: "CR_\(job.id)", name: job.name, head_sha: run.sha, external_id: "job-\(job.id)",
            status: job.completed == nil ? "in_progress" : "completed", conclusion: job.conclusion,
            started_at: time(job.started), completed_at: time(job.completed),
            output: object(
                title: nil, summary: nil, text: nil, annotations_count: 0, annotations_url: "\(address)/annotations"),
            check_suite: object(id: run.checkSuite),
            app: object(id: 15_368, slug: "github-actions", name: "GitHub Actions"), pull_requests: emptyList,
            url: address, html_url: "\(site)/runs/\(job.id)",
            details_url: "\(site)/actions/runs/\(run.id)/job/\(job.id)")
    }

    // MARK: issues

    static func row(_ issue: SandboxGitHubIssue) -> JSONValue {
        issueRow(issue.number, issue.title, issue.body, by: "sentinel", labels: issue.labels, created: issue.createdAt)
    }

    /// A pull request as the list of issues has it.
    static func issueRow(_ pull: SandboxPull) -> JSONValue {
        let address = "\(site)/pull/\(pull.number)"
        return issueRow(
            pull.number, pull.title, pull.body, by: pull.author, labels: pull.labels, created: pull.created,
            updated: pull.lastChange, closed: pull.closing
        ).replacing(["html_url"], with: .string(address)).adding(
            object(
                pull_request: object(
                    url: "\(api)/pulls/\(pull.number)", html_url: address, diff_url: "\(address).diff",
                    patch_url: "\(address).patch", merged_at: time(pull.merged))))
    }

    /// `updated` is when it was opened or closed unless it is given.
    static func issueRow(
        _ number: Int, _ title: String, _ body: String, by author: String, labels: [String] = [], comments: Int = 0,
        created: Instant, updated: Instant? = nil, closed: Instant? = nil
    ) -> JSONValue {
        object(
            id: 9000 + number, node_id: "I_\(number)", number: number, title: title, body: body,
            state: closed == nil ? "open" : "closed", state_reason: closed == nil ? nil : "completed", locked: false,
            comments: comments, labels: labels.map { object(name: $0) }, user: user(author), assignee: nil,
            assignees: emptyList, milestone: nil, author_association: "MEMBER", created_at: time(created),
            updated_at: time(updated ?? closed ?? created), closed_at: time(closed), url: "\(api)/issues/\(number)",
            repository_url: api, html_url: "\(site)/issues/\(number)")
    }
}
