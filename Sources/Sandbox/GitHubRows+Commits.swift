import Basics

/// GitHub's commits, runs and issues as its REST API writes them.
extension GitHubRows {
    // MARK: commits

    static func row(_ commit: SandboxCommit, withFiles: Bool = false) -> JSONValue {
        let person: JSONValue = [
            "name": .string(commit.author), "email": .string("\(commit.author)@acme.example"),
            "date": .string(commit.date.iso8601Seconds),
        ]
        return .fields([
            "sha": .string(commit.sha),
            "commit": ["author": person, "committer": person, "message": .string(commit.message)],
            "url": .string("\(api)/commits/\(commit.sha)"), "html_url": .string("\(site)/commit/\(commit.sha)"),
            "author": ["login": .string(commit.author)], "committer": ["login": .string(commit.author)], "parents": [],
            "files": withFiles ? .array(commit.files.map(row)) : nil,
        ])
    }

    // MARK: runs

    static func row(_ run: SandboxRun) -> JSONValue {
        let address = "\(api)/actions/runs/\(run.id)"
        return .fields([
            "id": JSONValue(run.id), "node_id": .string("WFR_\(run.id)"), "name": .string(run.name),
            "run_number": JSONValue(run.number), "run_attempt": 1, "workflow_id": JSONValue(run.workflow),
            "check_suite_id": JSONValue(run.checkSuite), "display_title": .string(run.name),
            "head_branch": .string(run.branch), "head_sha": .string(run.sha),
            "path": .string(".github/workflows/\(run.workflowFile)"), "event": .string(run.event),
            "status": .string(run.status), "conclusion": JSONValue(run.conclusion), "actor": user(run.actor),
            "triggering_actor": user(run.actor), "created_at": time(run.created), "updated_at": time(run.updated),
            "run_started_at": time(run.created), "pull_requests": [],
            "html_url": .string("\(site)/actions/runs/\(run.id)"), "url": .string(address),
            "jobs_url": .string("\(address)/jobs"), "logs_url": .string("\(address)/logs"),
            "artifacts_url": .string("\(address)/artifacts"),
            "workflow_url": .string("\(api)/actions/workflows/\(run.workflow)"),
        ])
    }

    static func row(_ job: GitHubActions.Job, of run: SandboxRun) -> JSONValue {
        let status = job.completed == nil ? "in_progress" : "completed"
        let step: JSONValue = [
            "name": .string("Run \(job.name)"), "number": 1, "status": .string(status),
            "conclusion": JSONValue(job.conclusion), "started_at": time(job.started),
            "completed_at": time(job.completed),
        ]
        return .fields([
            "id": JSONValue(job.id), "node_id": .string("CR_\(job.id)"), "run_id": JSONValue(run.id),
            "run_attempt": 1, "workflow_name": .string(run.name), "name": .string(job.name),
            "head_branch": .string(run.branch), "head_sha": .string(run.sha), "status": .string(status),
            "conclusion": JSONValue(job.conclusion), "created_at": time(run.created),
            "started_at": time(job.started), "completed_at": time(job.completed), "steps": [step],
            "labels": ["ubuntu-latest"], "runner_id": 12, "runner_name": "GitHub Actions 12", "runner_group_id": 0,
            "runner_group_name": "GitHub Actions", "url": .string("\(api)/actions/jobs/\(job.id)"),
            "run_url": .string("\(api)/actions/runs/\(run.id)"),
            "html_url": .string("\(site)/actions/runs/\(run.id)/job/\(job.id)"),
            "check_run_url": .string("\(api)/check-runs/\(job.id)"),
        ])
    }

    /// The same job as a check of its commit.
    static func checkRow(_ job: GitHubActions.Job, of run: SandboxRun) -> JSONValue {
        let address = "\(api)/check-runs/\(job.id)"
        return .fields([
            "id": JSONValue(job.id), "node_id": .string("CR_\(job.id)"), "name": .string(job.name),
            "head_sha": .string(run.sha), "external_id": .string("job-\(job.id)"),
            "status": job.completed == nil ? "in_progress" : "completed", "conclusion": JSONValue(job.conclusion),
            "started_at": time(job.started), "completed_at": time(job.completed),
            "output": [
                "title": .null, "summary": .null, "text": .null, "annotations_count": 0,
                "annotations_url": .string("\(address)/annotations"),
            ],
            "check_suite": ["id": JSONValue(run.checkSuite)],
            "app": ["id": 15_368, "slug": "github-actions", "name": "GitHub Actions"], "pull_requests": [],
            "url": .string(address), "html_url": .string("\(site)/runs/\(job.id)"),
            "details_url": .string("\(site)/actions/runs/\(run.id)/job/\(job.id)"),
        ])
    }

    // MARK: issues

    static func row(_ issue: SandboxGitHubIssue) -> JSONValue {
        issueRow(
            issue.number, issue.title, issue.body, by: "sentinel", labels: issue.labels, created: issue.createdAt)
    }

    /// A pull request as the list of issues has it.
    static func issueRow(_ pull: SandboxPull) -> JSONValue {
        let address = "\(site)/pull/\(pull.number)"
        return issueRow(
            pull.number, pull.title, pull.body, by: pull.author, labels: pull.labels, created: pull.created,
            updated: pull.lastChange, closed: pull.closing
        ).replacing(["html_url"], with: .string(address)).adding([
            "pull_request": [
                "url": .string("\(api)/pulls/\(pull.number)"), "html_url": .string(address),
                "diff_url": .string("\(address).diff"), "patch_url": .string("\(address).patch"),
                "merged_at": time(pull.merged),
            ]
        ])
    }

    /// `updated` is when it was opened or closed unless it is given.
    static func issueRow(
        _ number: Int, _ title: String, _ body: String, by author: String, labels: [String] = [], comments: Int = 0,
        created: Instant, updated: Instant? = nil, closed: Instant? = nil
    ) -> JSONValue {
        .fields([
            "id": JSONValue(9000 + number), "node_id": .string("I_\(number)"), "number": JSONValue(number),
            "title": .string(title), "body": .string(body), "state": closed == nil ? "open" : "closed",
            "state_reason": closed == nil ? .null : "completed", "locked": false, "comments": JSONValue(comments),
            "labels": .array(labels.map { ["name": .string($0)] }), "user": user(author), "assignee": .null,
            "assignees": [], "milestone": .null, "author_association": "MEMBER", "created_at": time(created),
            "updated_at": time(updated ?? closed ?? created), "closed_at": time(closed),
            "url": .string("\(api)/issues/\(number)"), "repository_url": .string(api),
            "html_url": .string("\(site)/issues/\(number)"),
        ])
    }
}
