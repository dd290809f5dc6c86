import Basics

/// GitHub's objects as its REST API writes them, version 2022-11-28: times without fractions, people by login.
enum GitHubRows {
    static let site = "https://github.com/\(GitHubProvider.owner)/\(GitHubProvider.repository)"
    static let api = "https://api.github.com/repos/\(GitHubProvider.owner)/\(GitHubProvider.repository)"

    static func user(_ login: String) -> JSONValue {
        object(
            login: login, id: 1000 + login.utf8.reduce(0) { $0 &+ Int($1) }, type: "User",
            html_url: "https://github.com/\(login)", site_admin: false)
    }

    static func time(_ instant: Instant?) -> JSONValue { JSONValue(instant?.iso8601Seconds) }

    static func row(_ deployment: SandboxDeployment) -> JSONValue {
        object(
            id: deployment.id, node_id: "DE_\(deployment.id)", url: "\(api)/deployments/\(deployment.id)",
            sha: deployment.sha, ref: deployment.ref, task: "deploy", payload: object(),
            environment: deployment.environment, original_environment: deployment.environment,
            description: deployment.description, creator: user(deployment.creator),
            created_at: time(deployment.created),
            updated_at: time(deployment.statuses.last?.created ?? deployment.created),
            statuses_url: "\(api)/deployments/\(deployment.id)/statuses", transient_environment: false,
            production_environment: deployment.environment == "production")
    }

    static func row(_ status: SandboxDeployment.Status, _ index: Int, of deployment: SandboxDeployment) -> JSONValue {
        object(
            id: deployment.id * 100 + index, state: status.state, creator: user(deployment.creator), description: "",
            environment: deployment.environment, target_url: "", log_url: "", environment_url: "",
            created_at: time(status.created), updated_at: time(status.created),
            deployment_url: "\(api)/deployments/\(deployment.id)")
    }

    static func row(_ release: SandboxRelease) -> JSONValue {
        object(
            id: release.id, tag_name: release.tag, target_commitish: "main", name: release.name, body: release.body,
            draft: release.published == nil, prerelease: false, created_at: time(release.created),
            published_at: time(release.published), author: user(release.author), assets: emptyList,
            html_url: "\(site)/releases/tag/\(release.tag)", url: "\(api)/releases/\(release.id)")
    }

    static func row(_ pull: SandboxPull) -> JSONValue {
        object(
            id: 50_000 + pull.number, number: pull.number, state: pull.isOpen ? "open" : "closed", locked: false,
            title: pull.title, user: user(pull.author), body: pull.body, created_at: time(pull.created),
            updated_at: time(pull.lastChange), closed_at: time(pull.closing), merged_at: time(pull.merged),
            merge_commit_sha: pull.mergeSHA, assignee: nil, assignees: emptyList, requested_reviewers: emptyList,
            labels: pull.labels.map { object(name: $0) }, milestone: nil, draft: false, author_association: "MEMBER",
            auto_merge: nil, head: object(label: "acme:\(pull.branch)", ref: pull.branch, sha: pull.headSHA),
            base: object(label: "acme:main", ref: "main"), html_url: "\(site)/pull/\(pull.number)",
            url: "\(api)/pulls/\(pull.number)")
    }

    /// A single pull request, which has sums in addition to the members in lists.
    static func sumRow(_ pull: SandboxPull) -> JSONValue {
        let files = pull.files.map(row)
        func sum(_ name: String) -> JSONValue { JSONValue(files.reduce(0) { $0 + ($1[name]?.int ?? 0) }) }
        return row(pull).adding(
            object(
                merged: pull.merged != nil, mergeable: nil, mergeable_state: "unknown",
                merged_by: pull.merged == nil ? nil : user(pull.author), comments: 0, review_comments: 0, commits: 1,
                additions: sum("additions"), deletions: sum("deletions"), changed_files: files.count))
    }

    static func row(_ review: SandboxPull.Review, of pull: SandboxPull) -> JSONValue {
        object(
            id: review.id, user: user(review.user), body: review.body, state: review.state,
            submitted_at: time(review.submitted), commit_id: review.commit ?? pull.headSHA,
            author_association: "MEMBER",
            html_url: "\(site)/pull/\(pull.number)#pullrequestreview-\(review.id)",
            pull_request_url: "\(api)/pulls/\(pull.number)")
    }

    /// A comment on an issue.
    static func comment(_ id: Int, on issue: Int, _ user: String, _ body: String, at time: Instant) -> JSONValue {
        object(
            id: id, body: body, user: self.user(user), created_at: self.time(time), updated_at: self.time(time),
            author_association: "MEMBER", url: "\(api)/issues/comments/\(id)", issue_url: "\(api)/issues/\(issue)",
            html_url: "\(site)/issues/\(issue)#issuecomment-\(id)")
    }

    static func row(_ file: SandboxCommit.File) -> JSONValue {
        let lines = file.patch.split(separator: "\n")
        let (additions, deletions) = (lines.count { $0.hasPrefix("+") }, lines.count { $0.hasPrefix("-") })
        return JSONValue.fields([
            "filename": .string(file.path), "status": .string(file.previousPath == nil ? "modified" : "renamed"),
            "additions": JSONValue(additions), "deletions": JSONValue(deletions),
            "changes": JSONValue(additions + deletions), "patch": .string(file.patch),
            "previous_filename": file.previousPath.map(JSONValue.string),
        ])
    }
}
